import { hash as hashOnce } from "node:crypto";
import type { AuditEvent } from "@mcp-trail/event";
import { CHAIN_PREFIX, HASH_TAIL_BYTES } from "./line.ts";
import type { Link, SealedEvent } from "./sealed-event.ts";
import { sealed } from "./sealed.ts";

const PREFIX_BYTES = CHAIN_PREFIX.length;
/** `,"hash":"sha256:` and `"}}`, around the 64 hex digits. */
const HASH_START = ',"hash":"sha256:';
const HASH_END = '"}}';

/** From here on a text is measured before it is given room; three bytes a character are the most UTF-8 takes. */
const LONG = 8 * 1024;
/** Lines are laid out one after the other in slabs: one allocation serves about forty. */
const SLAB_BYTES = 64 * 1024;
let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
let used = 0;

/** Reserves at least so many bytes of the slab, at `used`. */
function reserve(bytes: number): Buffer {
	if (used + bytes <= slab.length) return slab;
	// What is longer than a slab gets one of its own; the next line starts a new one.
	slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytes));
	used = 0;
	return slab;
}

/**
 * Seals an event into its place of a stream: the line that is stored, with `integrity` as its last member
 * (docs/stored-form.md). The event itself is left as it is.
 *
 * @example
 * ```ts
 * import type { AuditEvent } from "@mcp-trail/event";
 * import { type SealedEvent, seal } from "@mcp-trail/integrity";
 *
 * function sealTwo(one: AuditEvent, two: AuditEvent, streamId: string): readonly SealedEvent[] {
 * 	const first = seal(one, { streamId, sequence: 1 });
 * 	return [first, seal(two, { streamId, sequence: 2, previousHash: first.hash })];
 * }
 * ```
 */
export function seal(event: AuditEvent, link: Link): SealedEvent {
	const { streamId, sequence, previousHash } = link;
	const text = JSON.stringify("integrity" in event ? { ...event, integrity: undefined } : event);
	const previous = previousHash === undefined ? "" : `,"previous_hash":"${previousHash}"`;
	const place = `,"integrity":{"stream_id":"${streamId}","sequence":${sequence}${previous}`;
	const inUtf8 = text.length > LONG ? Buffer.byteLength(text) : 3 * text.length;
	const buffer = reserve(PREFIX_BYTES + inUtf8 + place.length + HASH_TAIL_BYTES);
	// Prefix and body stand side by side, so that one call hashes them and nothing is copied.
	const start = used + buffer.write(CHAIN_PREFIX, used, "latin1");
	// The closing brace of the event is written over: `integrity` is its last member.
	const body = start + buffer.write(text, start) - 1;
	const end = body + buffer.write(place, body, "latin1");
	const hex = hashOnce("sha256", buffer.subarray(used, end), "hex");
	used = end + buffer.write(`${HASH_START}${hex}${HASH_END}`, end, "latin1");
	return sealed(streamId, sequence, `sha256:${hex}`, buffer.subarray(start, used));
}

/** Where a stream stands: its last record. */
export interface Head {
	readonly sequence: number;
	/** `sha256:<64 hex>` */
	readonly hash: string;
}

/** Seals events into one stream, each linked to the one before. */
export interface Sealer {
	readonly streamId: string;
	/** The last record sealed, or resumed from; absent while there is none. */
	readonly head: Head | undefined;
	seal(event: AuditEvent): SealedEvent;
	/** Goes back to an earlier head, when what was sealed after it could not be stored. */
	rewind(head: Head | undefined): void;
}

/** Keeps the place of the next record of a stream; `resume` is the last record already stored. */
export function sealer(streamId: string, resume?: Head): Sealer {
	let head = resume;
	return {
		streamId,
		get head() {
			return head;
		},
		seal(event) {
			const next = seal(
				event,
				head === undefined
					? { streamId, sequence: 1 }
					: { streamId, sequence: head.sequence + 1, previousHash: head.hash },
			);
			head = next;
			return next;
		},
		rewind(to) {
			head = to;
		},
	};
}
