import { otlpLog } from "@mcp-trail/formats";
import type { SealedEvent } from "@mcp-trail/integrity";
import { member } from "../http/json.ts";
import type { Encoded } from "../http/encoded.ts";
import type { ResourceRecords } from "./encodings.ts";

/** An event as OTLP/JSON: its record, and the resource that it is of. */
export interface LogRecord {
	readonly record: object;
	readonly resource: object;
}

/** Says an event as a log record; attributes given for the resource win over what the event says. */
export function logRecord(
	sealed: SealedEvent,
	body: "none" | "stored_line",
	given: Readonly<Record<string, string>>,
): LogRecord {
	const said = otlpLog.project(sealed.event);
	const record = first(member(first(member(said, "scopeLogs")), "logRecords"));
	const own = member(member(said, "resource"), "attributes");
	const attributes = [
		...(Array.isArray(own) ? own : []).filter(
			(one) => !Object.hasOwn(given, String(member(one, "key"))),
		),
		...Object.entries(given).map(([key, stringValue]) => ({ key, value: { stringValue } })),
	];
	return {
		record:
			body === "none"
				? { ...record }
				: { ...record, body: { stringValue: Buffer.from(sealed.bytes).toString() } },
		resource: { attributes },
	};
}

function first(list: unknown): object {
	const one: unknown = Array.isArray(list) ? list[0] : undefined;
	if (typeof one !== "object" || one === null) throw new TypeError("the format gave no record");
	return one;
}

/** Puts records of one resource together, in the order in which they come. */
export function groupByResource(
	part: readonly Encoded[],
	resources: ReadonlyMap<SealedEvent, Uint8Array>,
): readonly ResourceRecords[] {
	const groups = new Map<string, { resource: Uint8Array; records: Uint8Array[] }>();
	for (const { event, bytes } of part) {
		const resource = resources.get(event) ?? new Uint8Array();
		const key = Buffer.from(resource).toString("latin1");
		const group = groups.get(key);
		if (group === undefined) groups.set(key, { resource, records: [bytes] });
		else group.records.push(bytes);
	}
	return [...groups.values()];
}
