import { patterns, SCHEMA_VERSION } from "@mcp-trail/event";
import { isObject } from "../hook/frame.ts";
import type { JsonObject, Meta } from "../json-object.ts";

const ID7 = new RegExp(patterns.id7);

/** The block of a result's `_meta`: the event in which the server says how it answered. */
export const receiptOf = (id: string, eventId: string): Meta => ({
	[id]: { eventId, schemaVersion: SCHEMA_VERSION },
});

/**
 * A result that may be kept and shown to another caller must not name the event of this one (SEP-2549).
 */
export const isShareable = (result: JsonObject): boolean =>
	result["ttlMs"] !== undefined && result["ttlMs"] !== 0;

/** An event id as a peer gives it: only a UUIDv7 can be one of this schema. */
export const peerEventId = (value: unknown): string | undefined =>
	typeof value === "string" && ID7.test(value) ? value : undefined;

/** The event a server's receipt names. */
export function readReceipt(result: JsonObject, id: string): string | undefined {
	try {
		const meta = result["_meta"];
		const receipt = isObject(meta) ? meta[id] : undefined;
		return isObject(receipt) ? peerEventId(receipt["eventId"]) : undefined;
	} catch {
		return undefined;
	}
}
