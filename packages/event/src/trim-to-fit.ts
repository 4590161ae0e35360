import { Buffer } from "node:buffer";
import { inMemberOrder } from "./in-member-order.ts";
import type { AuditEvent, NewEvent } from "./types.gen.ts";

/** What is dropped, step by step, from an event that does not fit into a line: paths of members. */
export const trimmingOrder: readonly (readonly (readonly string[])[])[] = [
	[
		["request", "content"],
		["request", "truncated"],
		["response", "content"],
		["response", "truncated"],
	],
	[["response", "parts"]],
	[
		["request", "shape"],
		["response", "shape"],
	],
	[["redactions"]],
	[["labels"]],
	[["network", "http", "mismatch"]],
	[
		["actor", "auth", "scopes"],
		["authorization", "scopes_requested"],
		["authorization", "scopes_granted"],
	],
	[["actor", "delegation"]],
	// No real event comes so far: with these gone even the largest that the schema allows fits.
	[
		["actor", "auth", "audience"],
		["definition", "collides_with"],
		["mcp", "extensions"],
	],
];

/**
 * Returns the event itself where its JSON text has at most `maxBytes`, else a copy without what the
 * format drops first, marked `recording.trimmed`. Leave `bounds.integrityBytes` for the chain.
 */
export function trimToFit<T extends AuditEvent | NewEvent>(event: T, maxBytes: number): T {
	if (mostBytes(event) <= maxBytes || bytesOf(event) <= maxBytes) return event;
	const trimmed = structuredClone(event);
	const recording = { level: "metadata", ...trimmed.recording, trimmed: true };
	Reflect.set(trimmed, "recording", recording);
	for (const step of trimmingOrder) {
		for (const path of step) if (isRecord(trimmed)) drop(trimmed, path);
		if (bytesOf(trimmed) <= maxBytes) break;
	}
	return inMemberOrder(trimmed);
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null;

/** An upper bound of the bytes of a value's JSON text, far cheaper than the text. */
function mostBytes(value: unknown): number {
	// A UTF-16 unit takes six bytes at most, where it is escaped; a number takes 24.
	if (typeof value === "string") return 6 * value.length + 3;
	if (!isRecord(value)) return 25;
	let bytes = 3;
	if (Array.isArray(value)) for (const item of value) bytes += mostBytes(item);
	else for (const name in value) bytes += 6 * name.length + 4 + mostBytes(value[name]);
	return bytes;
}

/** Drops a member, and the block it was in where nothing is left of that. */
function drop(block: Record<string, unknown>, path: readonly string[]): void {
	const [name = "", ...rest] = path;
	const member = Object.hasOwn(block, name) ? block[name] : undefined;
	if (rest.length > 0) {
		if (!isRecord(member)) return;
		drop(member, rest);
		if (Object.keys(member).length > 0) return;
	}
	Reflect.deleteProperty(block, name);
}
