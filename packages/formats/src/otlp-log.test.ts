import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anEvent } from "../scripts/any-event.ts";
import { examples } from "../scripts/examples.ts";
import { otlpLog } from "./otlp-log.ts";
import { runs } from "../../../test/runs.ts";

interface KeyValue {
	readonly key: string;
	readonly value: Readonly<Record<string, unknown>>;
}

interface ResourceLogs {
	readonly resource: { readonly attributes: readonly KeyValue[] };
	readonly scopeLogs: readonly {
		readonly scope?: unknown;
		readonly logRecords: readonly {
			readonly timeUnixNano: string;
			readonly observedTimeUnixNano: string;
			readonly eventName: string;
			readonly attributes: readonly KeyValue[];
			readonly severityNumber?: unknown;
			readonly body?: unknown;
		}[];
	}[];
}

/** The draft's verbs, outcomes and kinds of actor: apeirora/opentelemetry-specification `specification/audit`. */
const verbs = "LOGIN LOGOUT READ WRITE CREATE UPDATE DELETE EXECUTE APPROVE REJECT EXPORT IMPORT";
const MAX_FIXED64 = 2n ** 64n - 1n;

/** What is wrong with a value of OTLP/JSON. */
function wrongValue({ key, value }: KeyValue): string[] {
	const [[kind, inner] = ["", undefined], ...more] = Object.entries(value);
	const right: Readonly<Record<string, boolean>> = {
		stringValue: typeof inner === "string",
		boolValue: typeof inner === "boolean",
		intValue: typeof inner === "string" && /^-?[0-9]{1,19}$/.test(inner),
	};
	if (more.length > 0) return [key];
	if (kind === "arrayValue")
		return (inner as { values: KeyValue["value"][] }).values.flatMap((one) =>
			wrongValue({ key, value: one }),
		);
	if (kind === "kvlistValue") return (inner as { values: KeyValue[] }).values.flatMap(wrongValue);
	return right[kind] === true ? [] : [key];
}

/** What the draft requires and a record has not. */
function faults(said: ResourceLogs): readonly string[] {
	const [{ logRecords, scope } = { logRecords: [], scope: undefined }] = said.scopeLogs;
	const [record] = logRecords;
	if (record === undefined) return ["no record"];
	const { attributes, timeUnixNano, observedTimeUnixNano } = record;
	const all = [...attributes, ...said.resource.attributes];
	const text = (key: string) => attributes.find((one) => one.key === key)?.value["stringValue"];
	const rules: Readonly<Record<string, boolean>> = {
		scope: scope === undefined,
		severity: record.severityNumber === undefined,
		body: record.body === undefined,
		time: BigInt(timeUnixNano) >= 0n && BigInt(observedTimeUnixNano) <= MAX_FIXED64,
		observed: BigInt(timeUnixNano) <= BigInt(observedTimeUnixNano),
		name: /^[a-z][a-z0-9_]*([.][a-z0-9_-]+)+$/.test(record.eventName),
		record: typeof text("audit.record.id") === "string",
		actor: typeof text("audit.actor.id") === "string",
		actorType: ["user", "service", "system"].includes(String(text("audit.actor.type"))),
		action: verbs.split(" ").includes(String(text("audit.action"))),
		outcome: ["success", "failure", "unknown"].includes(String(text("audit.outcome"))),
		schema: typeof text("audit.schema.version") === "string",
		unique: new Set(attributes.map(({ key }) => key)).size === attributes.length,
	};
	return [...Object.keys(rules).filter((rule) => rules[rule] !== true), ...all.flatMap(wrongValue)];
}

describe("the OpenTelemetry log record", () => {
	it.each([...examples()])("[formats.otlp_log] has %s as the audit draft asks", (_name, event) => {
		expect(faults(otlpLog.project(event) as unknown as ResourceLogs)).toEqual([]);
	});

	it("[formats.otlp_log] has any event as the audit draft asks", () => {
		fc.assert(
			fc.property(anEvent, (event) => {
				expect(faults(otlpLog.project(event) as unknown as ResourceLogs)).toEqual([]);
			}),
			{ numRuns: runs(200) },
		);
	});

	it("is judged by tests that see what is wrong", () => {
		const record = {
			timeUnixNano: "2",
			observedTimeUnixNano: "1",
			eventName: "",
			severityNumber: 9,
			attributes: [{ key: "n", value: { intValue: 1 } }],
		};
		const said = { resource: { attributes: [] }, scopeLogs: [{ scope: {}, logRecords: [record] }] };
		expect(faults(said)).toEqual(
			"scope severity observed name record actor actorType action outcome schema n".split(" "),
		);
	});

	it("[formats.otlp_log] ends a stream with its last event only", () => {
		const ends = [...examples()]
			.filter(([, event]) => JSON.stringify(otlpLog.project(event)).includes("audit.sequence.end"))
			.map(([name]) => name);
		expect(ends).toEqual(["trail.stopped"]);
	});
});
