import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anEvent } from "../scripts/any-event.ts";
import { examples } from "../scripts/examples.ts";
import { cim, cimMapping } from "./cim.ts";
import type { Fields } from "./table.ts";
import { runs } from "../../../test/runs.ts";

/** Fields of CIM's data models that are written: Change, Data Access, and what all models share. */
const known = new Set(
	`_time action app app_id change_type command description dest dest_port dvc http_method id object
	object_attrs object_category object_id result result_id service severity signature src src_port
	status user user_agent user_type vendor_account vendor_product`.split(/\s+/),
);

/** What a search of the models expects on every event. */
const expected = "action change_type dest object src status user vendor_product".split(" ");

function faults(said: Fields): readonly string[] {
	return [
		...Object.keys(said).filter((name) => !known.has(name) && !name.startsWith("mcp_trail.")),
		...expected.filter((name) => said[name] === undefined || said[name] === ""),
		...(/^-?[0-9]+[.][0-9]{3}$/.test(String(said["_time"])) ? [] : ["_time"]),
		...(["success", "failure", "unknown"].includes(String(said["status"])) ? [] : ["status"]),
	];
}

describe("Splunk CIM", () => {
	it.each([...examples()])("[formats.cim] has %s with CIM's fields", (_name, event) => {
		expect(faults(cim.project(event))).toEqual([]);
	});

	it("[formats.cim] has any event with CIM's fields", () => {
		fc.assert(
			fc.property(anEvent, (event) => {
				expect(faults(cim.project(event))).toEqual([]);
			}),
			{ numRuns: runs(200) },
		);
	});

	it("writes only fields that are known here", () => {
		const written = cimMapping.parts.flatMap(({ rows }) => rows.map(({ to }) => to));
		expect(written.filter((name) => !known.has(name))).toEqual([]);
	});

	it("is judged by tests that see what is wrong", () => {
		expect(faults({ made_up: 1, status: "denied", _time: 1 })).toEqual([
			"made_up",
			...expected.filter((name) => name !== "status"),
			"_time",
			"status",
		]);
	});
});
