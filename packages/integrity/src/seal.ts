import { hash as hashOnce } from "node:crypto";
import type { AuditEvent } from "@mcp-trail/event";
import { CHAIN_PREFIX, HASH_TAIL_BYTES } from "./line.ts";
import type { Link, SealedEvent } from "./sealed-event.ts";
import { sealed } from "./sealed.ts";

const UNHASHED_TAIL = `,"hash":"sha256:${"0".repeat(64)}"}}`;
const prefixBytes = CHAIN_PREFIX.length;

/**
 * Seals an event into its place of a stream: the line that is stored, with `integrity` as its last member
 * (EVENT.md §6). The event itself is left as it is.
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
	// Prefix, body and a tail to be filled in share one buffer: one encoding, one hash, no copy.
	const buffer = Buffer.from(
		`${CHAIN_PREFIX}${text.slice(0, -1)},"integrity":{"stream_id":"${streamId}","sequence":${sequence}${previous}${UNHASHED_TAIL}`,
	);
	const hex = hashOnce("sha256", buffer.subarray(0, buffer.length - HASH_TAIL_BYTES), "hex");
	buffer.write(hex, buffer.length - 67, "latin1");
	return sealed(streamId, sequence, `sha256:${hex}`, buffer.subarray(prefixBytes));
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
