import { readLine, type SealedEvent } from "@mcp-trail/integrity";
import type { FileHandle, Files } from "../system.ts";
import { errorCode } from "../system/error-code.ts";
import { lineWalk, verifies, type LineWalk } from "./segment-lines.ts";
import type { Scan } from "./reader.ts";

/** A file of a stream, as far as it may be read. */
export interface Segment {
	readonly path: string;
	/** Sequence of its first record. */
	readonly first: number;
	/** Sequence of its last record; `first - 1` while there is none. */
	last: number;
	/** Bytes that are as durable as promised. */
	bytes: number;
	/** True once a line was found in it that is no record of its stream. */
	damaged?: boolean;
	/** True once it is being removed to make room. */
	isGoing?: boolean;
}

/** What a scan needs of its stream. */
export interface SegmentedStream {
	readonly files: Files;
	readonly streamId: string;
	/** In order; the last may grow and others may follow it. */
	readonly segments: readonly Segment[];
	/** Told of each line that is not a record of the stream, once for each scan. */
	damaged(segment: Segment, offset: number): void;
	/** Told of a segment that is gone though nobody here removes it; absent = others may, and reading it fails. */
	missing?(segment: Segment): void;
}

/** Walks the records of a stream's segments after a sequence; lines that do not verify are reported and passed over. */
export function scanSegments(stream: SegmentedStream, after: number): Scan {
	let current: { segment: Segment; handle: FileHandle; walk: LineWalk } | undefined;
	let last = after;

	/** Undefined where the segment is gone, which has been told. */
	async function enter(segment: Segment): Promise<typeof current> {
		let handle: FileHandle;
		try {
			handle = await stream.files.open(segment.path, "read");
		} catch (error) {
			if (errorCode(error) !== "ENOENT" || segment.isGoing === true || !stream.missing) throw error;
			stream.missing(segment);
			return undefined;
		}
		current = { segment, handle, walk: lineWalk(handle) };
		return current;
	}

	async function leave(): Promise<void> {
		const handle = current?.handle;
		current = undefined;
		await handle?.close();
	}

	function start(): Segment | undefined {
		return stream.segments.findLast(({ first }) => first <= last + 1) ?? stream.segments[0];
	}

	function following(segment: Segment): Segment | undefined {
		return stream.segments.find(({ first }) => first > segment.first);
	}

	return {
		async next(maxEvents, maxBytes) {
			const events: SealedEvent[] = [];
			let bytes = 0;
			let segment = current?.segment ?? start();
			while (segment !== undefined && events.length < maxEvents) {
				const walk: LineWalk | undefined = (current ?? (await enter(segment)))?.walk;
				const line = walk?.held() ?? (await walk?.next(segment.bytes));
				if (walk === undefined || line === undefined) {
					const next = following(segment);
					if (next === undefined) break;
					await leave();
					segment = next;
					continue;
				}
				const record = readLine(line.bytes);
				if (record !== undefined && record.sequence <= last) continue;
				if (record === undefined || !verifies(record, stream.streamId)) {
					stream.damaged(segment, line.offset);
					continue;
				}
				bytes += record.bytes.length;
				if (events.length > 0 && bytes > maxBytes) {
					walk.unread(line);
					break;
				}
				events.push(record);
				last = record.sequence;
			}
			return events;
		},
		close: leave,
	};
}
