import { hashOf, readLine, readLink, type SealedEvent } from "@mcp-trail/integrity";
import type { FileHandle } from "../system.ts";

const LINE_FEED = 0x0a;
const CHUNK_BYTES = 256 * 1024;
/** Far above the longest line a recorder writes; a longer run without a line feed is no line. */
const MAX_LINE_BYTES = 1 << 20;

/** A complete line of a segment. */
interface SegmentLine {
	/** Where it begins and where the next one does. */
	readonly offset: number;
	readonly end: number;
	/** Without its line feed. */
	readonly bytes: Uint8Array;
}

/** Walks the complete lines of a file in constant memory. */
export interface LineWalk {
	/** The next line if it was read from the file already: a wait for each would cost as much as its hash. */
	held(): SegmentLine | undefined;
	/** The next line that ends before `limit` bytes of the file; undefined while there is none. */
	next(limit: number): Promise<SegmentLine | undefined>;
	/** Goes back to before the line just returned. */
	unread(line: SegmentLine): void;
	/** A line just read that began here is still to come. */
	readonly offset: number;
}

/** Starts at an offset of an open file. */
export function lineWalk(handle: FileHandle, from = 0): LineWalk {
	let buffer: Uint8Array = new Uint8Array(0);
	/** Offset of the buffer's first byte, and what of it is used up. */
	let base = from;
	let used = 0;
	/** No line feed stands between `used` and here. */
	let searched = 0;

	function held(): SegmentLine | undefined {
		const end = buffer.indexOf(LINE_FEED, searched);
		if (end < 0) {
			searched = buffer.length;
			return undefined;
		}
		const line = {
			offset: base + used,
			end: base + end + 1,
			bytes: buffer.subarray(used, end),
		};
		used = searched = end + 1;
		return line;
	}

	return {
		get offset() {
			return base + used;
		},
		held,
		async next(limit) {
			for (;;) {
				const whole = held();
				if (whole !== undefined) return whole;
				const filled = base + buffer.length;
				if (filled >= limit) return undefined;
				if (buffer.length - used > MAX_LINE_BYTES) {
					const line = { offset: base + used, end: filled, bytes: buffer.subarray(used) };
					used = buffer.length;
					return line;
				}
				const more = await handle.read(Math.min(CHUNK_BYTES, limit - filled), filled);
				if (more.length === 0) return undefined;
				const rest = buffer.length - used;
				buffer = rest === 0 ? more : Buffer.concat([buffer.subarray(used), more]);
				base = filled - rest;
				used = 0;
				searched = rest;
			}
		},
		unread(line) {
			used = searched = line.offset - base;
		},
	};
}

/** True if a record is of this stream and its bytes have the hash that they state. */
export function verifies(record: SealedEvent, streamId: string): boolean {
	return record.stream === streamId && hashOf(record.bytes) === record.hash;
}

/** The record of a line of this stream whose hash is right; undefined for anything else. */
export function verifiedLine(bytes: Uint8Array, streamId: string): SealedEvent | undefined {
	const record = readLine(bytes);
	return record !== undefined && verifies(record, streamId) ? record : undefined;
}

/** The sequence a line states, without a look at its hash. */
export function statedSequence(bytes: Uint8Array): number | undefined {
	return readLink(bytes)?.sequence;
}
