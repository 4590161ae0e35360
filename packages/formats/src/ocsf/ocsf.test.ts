import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anEvent } from "../../scripts/any-event.ts";
import { examples } from "../../scripts/examples.ts";
import { ocsfFaults } from "../../scripts/ocsf-rules.ts";
import type { Fields } from "../table.ts";
import { ocsf18, ocsf19 } from "./ocsf.ts";
import { runs } from "../../../../test/runs.ts";

const files: Readonly<Record<number, string>> = {
	6003: "api_activity",
	3002: "authentication",
	2004: "detection_finding",
	1008: "event_log_actvity",
};
const folder = new URL("../../../../schemas/siem/ocsf/", import.meta.url);

function judge(file: string) {
	const ajv = new Ajv2020.default({ allErrors: true, strict: false });
	const validate = ajv.compile(JSON.parse(readFileSync(new URL(file, folder), "utf8")));
	return (event: unknown): string[] =>
		validate(event)
			? []
			: (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

describe.each([
	["1.9.0", "1.9.0-dev", ocsf19],
	["1.8.0", "1.8.0", ocsf18],
] as const)("OCSF %s", (version, schemaVersion, format) => {
	const judges = Object.fromEntries(
		Object.entries(files).map(([uid, name]) => [
			uid,
			judge(`${name}-${schemaVersion}.schema.json`),
		]),
	);
	const faults = (event: Fields): readonly string[] => [
		...(judges[String(event["class_uid"])]?.(event) ?? ["class_uid_unknown"]),
		...ocsfFaults(event, version),
	];

	it.each([...examples()])("[formats.ocsf] says %s as a valid event", (_name, event) => {
		expect(faults(format.project(event))).toEqual([]);
	});

	it("[system.siem] [formats.ocsf] says every event that the schema allows as a valid event", () => {
		fc.assert(
			fc.property(anEvent, (event) => {
				expect(faults(format.project(event))).toEqual([]);
			}),
			{ numRuns: runs(300) },
		);
	});

	it("is judged by tests that see what is wrong", () => {
		const event = format.project(request);
		const without = (name: string): Fields =>
			Object.fromEntries(Object.entries(event).filter(([member]) => member !== name));
		const metadata = event["metadata"] as Fields;
		expect(faults(without("src_endpoint"))).toEqual([
			" must have required property 'src_endpoint'",
		]);
		const wrong: readonly (readonly [Fields, string])[] = [
			[{ ...event, made_up: 1 }, " must NOT have additional properties"],
			[{ ...event, severity_id: 7 }, "/severity_id must be equal to one of the allowed values"],
			[{ ...event, type_uid: 600301 }, "type_uid_incorrect"],
			[{ ...event, severity: "Bad" }, "attribute_enum_sibling_incorrect severity_id"],
			[without("activity_name"), "attribute_enum_sibling_suspicious_other activity_id"],
			[
				{ ...event, metadata: { ...metadata, profiles: ["security_control"] } },
				"attribute_unknown trace",
			],
			[{ ...event, metadata: { ...metadata, profiles: ["mine"] } }, "profile_unknown mine"],
			[
				{ ...event, observables: [{ type_id: 1, name: "actor.nobody" }] },
				"observable_name_invalid_reference actor.nobody",
			],
			[{ ...event, metadata: { ...metadata, version: "1.9.0-dev" } }, "version_incompatible"],
			[
				{ ...event, src_endpoint: { ip: "stdio" } },
				"attribute_value_not_in_type_values src_endpoint.ip",
			],
		];
		for (const [mutant, code] of wrong) expect(faults(mutant)).toContain(code);
	});
});

const request = [...examples()].find(([name]) => name === "mcp.request")?.[1] as NonNullable<
	ReturnType<ReturnType<typeof examples>["get"]>
>;

describe("the chain in OCSF", () => {
	it("links an event to the one before by what both carry", () => {
		const { integrity } = request;
		expect(ocsf19.project(request)["attestation_list"]).toEqual([
			{
				chain_uid: integrity.stream_id,
				fingerprint: {
					algorithm_id: 3,
					value: integrity.hash.slice("sha256:".length),
					encoding_id: 1,
					serialization_id: 99,
					serialization: "mcp-trail/chain/v1",
				},
				prev_event: {
					uid: `${integrity.stream_id}/${integrity.sequence - 1}`,
					fingerprint: {
						algorithm_id: 3,
						value: integrity.previous_hash?.slice("sha256:".length),
					},
				},
			},
		]);
	});

	it("stays with the rest in 1.8, which has no place for it", () => {
		expect(ocsf18.project(request)).not.toHaveProperty("attestation_list");
		expect(ocsf18.project(request)).toHaveProperty(
			["unmapped", "mcp_trail", "integrity", "hash"],
			request.integrity.hash,
		);
	});
});
