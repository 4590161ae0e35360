import type { Format } from "@mcp-trail/formats";
import type { SealedEvent } from "@mcp-trail/integrity";

/** One event of a batch as it goes on the wire. */
export interface Encoded {
	/** Index into the batch. */
	readonly index: number;
	readonly event: SealedEvent;
	/** Everything that this event adds to a body. */
	readonly bytes: Uint8Array;
}

/** An event as one line of JSON: in a format's words, or without one the stored line, byte for byte. Throws where the format gives no object. */
export function jsonLine(event: SealedEvent, format: Format | undefined): Uint8Array {
	if (format === undefined) return event.bytes;
	const record = format.project(event.event);
	// Text of another kind could hold a line feed, and what follows would be a record of its own.
	if (typeof record === "string") throw new TypeError("the format gives text, not an object");
	return Buffer.from(JSON.stringify(record));
}

/** An event as a body of its own: in a format's words, or without one the stored line, byte for byte. */
export function projected(event: SealedEvent, format: Format | undefined): Uint8Array {
	if (format === undefined) return event.bytes;
	const record = format.project(event.event);
	return Buffer.from(typeof record === "string" ? record : JSON.stringify(record));
}

/** A body of events with a comma between two. */
export function listed(events: readonly Uint8Array[], head = "[", tail = "]"): Uint8Array {
	return Buffer.from(
		`${head}${events.map((event) => Buffer.from(event).toString()).join()}${tail}`,
	);
}

/** How a body may be filled. */
export interface PartLimits {
	readonly maxEvents: number;
	/** Of a body before compression. */
	readonly maxBytes: number;
	/** Added once to each body, such as 2 for the brackets of an array. @default 0 */
	readonly frameBytes?: number;
	/** Added between two events, such as 1 for a comma. @default 0 */
	readonly betweenBytes?: number;
}

/** Cuts a batch, in order, into bodies that stay within the limits; an event above them stands alone. */
export function cutParts(
	encoded: readonly Encoded[],
	limits: PartLimits,
): readonly (readonly Encoded[])[] {
	const { maxEvents, maxBytes, frameBytes = 0, betweenBytes = 0 } = limits;
	const parts: Encoded[][] = [];
	let part: Encoded[] = [];
	let bytes = frameBytes;
	for (const one of encoded) {
		const added = one.bytes.byteLength + (part.length === 0 ? 0 : betweenBytes);
		if (part.length > 0 && (part.length >= maxEvents || bytes + added > maxBytes)) {
			parts.push(part);
			part = [];
			bytes = frameBytes;
		}
		bytes += one.bytes.byteLength + (part.length === 0 ? 0 : betweenBytes);
		part.push(one);
	}
	if (part.length > 0) parts.push(part);
	return parts;
}
