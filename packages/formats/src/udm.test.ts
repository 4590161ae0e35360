import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anEvent } from "../scripts/any-event.ts";
import { examples } from "../scripts/examples.ts";
import type { Fields } from "./table.ts";
import { udm } from "./udm.ts";
import { runs } from "../../../test/runs.ts";

/** A field's JSON form, by UDM's field list; `additional` is a free struct. */
const fields: Readonly<Record<string, string>> = {
	"metadata.event_timestamp": "time",
	"metadata.collected_timestamp": "time",
	"metadata.event_type": "USER_RESOURCE_ACCESS GENERIC_EVENT",
	"metadata.vendor_name": "text",
	"metadata.product_name": "text",
	"metadata.product_version": "text",
	"metadata.product_event_type": "text",
	"metadata.product_log_id": "text",
	"metadata.description": "text",
	"principal.user.userid": "text",
	"principal.application": "text",
	"principal.ip": "ips",
	"principal.hostname": "text",
	"principal.port": "int",
	"target.application": "text",
	"target.url": "text",
	"target.resource.name": "text",
	"target.resource.product_object_id": "text",
	"target.resource.resource_subtype": "text",
	"target.ip": "ips",
	"target.hostname": "text",
	"target.port": "int",
	"observer.application": "text",
	"observer.hostname": "text",
	"network.http.method": "text",
	"network.http.user_agent": "text",
	"network.http.response_code": "int",
	"network.session_id": "text",
	"security_result.severity": "INFORMATIONAL LOW MEDIUM HIGH CRITICAL UNKNOWN_SEVERITY",
	"security_result.action": "actions",
	"security_result.action_details": "text",
	"security_result.summary": "text",
	"security_result.description": "text",
	"security_result.rule_id": "text",
	"security_result.rule_name": "text",
	"security_result.confidence":
		"LOW_CONFIDENCE MEDIUM_CONFIDENCE HIGH_CONFIDENCE UNKNOWN_CONFIDENCE",
};

const actions: readonly unknown[] = ["ALLOW", "BLOCK", "FAIL"];
const forms: Readonly<Record<string, (value: unknown) => boolean>> = {
	time: (value) => typeof value === "string" && new Date(value).toISOString() === value,
	text: (value) => typeof value === "string" && value !== "",
	int: (value) => Number.isInteger(value),
	ips: (value) => Array.isArray(value) && value.every((ip) => isIP(String(ip)) !== 0),
	actions: (value) => Array.isArray(value) && value.every((one) => actions.includes(one)),
};

function wrongFields(node: object, path = ""): string[] {
	return Object.entries(node).flatMap(([name, value]: [string, unknown]) => {
		const field = path + name;
		const form = fields[field];
		if (field === "additional") return [];
		if (form !== undefined) {
			const fits = forms[form] ?? ((word) => form.split(" ").includes(String(word)));
			return fits(value) ? [] : [field];
		}
		const below = Array.isArray(value) ? value : [value];
		return below.flatMap((one: unknown) =>
			typeof one === "object" && one !== null ? wrongFields(one, `${field}.`) : [field],
		);
	});
}

/** The nouns that a type requires; every type requires one at least. */
function missingNouns(said: Fields): string[] {
	const { metadata, principal, target } = said as Readonly<Record<string, Fields | undefined>>;
	const nouns = ["principal", "target", "src", "intermediary", "observer"];
	if (!nouns.some((noun) => said[noun] !== undefined)) return ["a noun"];
	if (metadata?.["event_type"] !== "USER_RESOURCE_ACCESS") return [];
	const machine = principal?.["ip"] ?? principal?.["hostname"];
	return [
		...(principal?.["user"] === undefined ? ["principal.user"] : []),
		...(machine === undefined ? ["a machine"] : []),
		...(target?.["resource"] === undefined ? ["target.resource"] : []),
	];
}

const faults = (said: Fields): readonly string[] => [...wrongFields(said), ...missingNouns(said)];

describe("Google UDM", () => {
	it.each([...examples()])("[formats.udm] has %s with its fields and nouns", (_name, event) => {
		expect(faults(udm.project(event))).toEqual([]);
	});

	it("[formats.udm] has any event with its fields and nouns", () => {
		fc.assert(
			fc.property(anEvent, (event) => {
				expect(faults(udm.project(event))).toEqual([]);
			}),
			{ numRuns: runs(200) },
		);
	});

	it("is judged by tests that see what is wrong", () => {
		const metadata = { event_type: "USER_RESOURCE_ACCESS", event_timestamp: "now".length };
		expect(faults({ metadata, observer: { made_up: 1 } })).toEqual([
			"metadata.event_timestamp",
			"observer.made_up",
			"principal.user",
			"a machine",
			"target.resource",
		]);
	});
});
