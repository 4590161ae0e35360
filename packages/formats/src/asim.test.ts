import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anEvent } from "../scripts/any-event.ts";
import { examples } from "../scripts/examples.ts";
import { asim } from "./asim.ts";
import type { Fields } from "./table.ts";
import { runs } from "../../../test/runs.ts";

/** The columns that ASIM AuditEvent 0.1.2 makes mandatory. */
const mandatory =
	"EventCount EventStartTime EventEndTime EventType EventResult EventProduct EventVendor EventSchema EventSchemaVersion Dvc Operation Object";

/** ASIM's enumerations of the columns that are written. */
const enumerations: Readonly<Record<string, readonly string[]>> = {
	EventType:
		"Set Read Create Delete Execute Install Clear Enable Disable Initialize Start Stop Other".split(
			" ",
		),
	EventResult: ["Success", "Partial", "Failure", "NA"],
	EventSeverity: ["Informational", "Low", "Medium", "High"],
	ObjectType: [
		"Cloud Resource",
		"Configuration Atom",
		"Policy Rule",
		"Event Log",
		"Scheduled Task",
		"Service",
		"Directory Service Object",
		"Other",
	],
	ActorUserType: [
		"Regular",
		"Machine",
		"Admin",
		"System",
		"Application",
		"Service Principal",
		"Service",
		"Anonymous",
		"Other",
	],
};

function faults(said: Fields): readonly string[] {
	const columns = Object.entries(said);
	return [
		...mandatory.split(" ").filter((name) => said[name] === undefined || said[name] === ""),
		...columns.filter(([name]) => !/^[A-Z][A-Za-z0-9]{0,44}$/.test(name)).map(([name]) => name),
		...columns
			.filter(([name, value]) => enumerations[name]?.includes(String(value)) === false)
			.map(([name]) => name),
		...columns
			.filter(([name, value]) => name.endsWith("IpAddr") && isIP(String(value)) === 0)
			.map(([name]) => name),
		...columns
			.filter(([name]) => /Time$|^TimeGenerated$/.test(name))
			.filter(([, value]) => new Date(String(value)).toISOString() !== value)
			.map(([name]) => name),
	];
}

describe("ASIM AuditEvent", () => {
	it.each([...examples()])("[formats.asim] has %s with its columns and words", (_name, event) => {
		expect(faults(asim.project(event))).toEqual([]);
	});

	it("[formats.asim] has any event with its columns and words", () => {
		fc.assert(
			fc.property(anEvent, (event) => {
				expect(faults(asim.project(event))).toEqual([]);
			}),
			{ numRuns: runs(200) },
		);
	});

	it("is judged by tests that see what is wrong", () => {
		const said = Object.fromEntries(mandatory.split(" ").map((name) => [name, "x"]));
		expect(
			faults({
				...said,
				Dvc: "",
				EventStartTime: "2026-11-20T10:15:30.123Z",
				EventEndTime: "2026-02-31T00:00:00.000Z",
				SrcIpAddr: "x",
				bad_name: 1,
			}),
		).toEqual(["Dvc", "bad_name", "EventType", "EventResult", "SrcIpAddr", "EventEndTime"]);
	});
});
