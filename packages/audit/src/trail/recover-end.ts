import type { SealedEvent } from "@mcp-trail/integrity";
import type { FileHandle, Files } from "../system.ts";
import type { Loss } from "../trail.ts";
import { writeAll } from "./json-file.ts";
import { tornName } from "./layout.ts";
import { lineWalk, verifiedLine } from "./segment-lines.ts";
import type { Segment } from "./scan-segments.ts";

/** Where a stream ends. */
export interface StreamEnd {
	readonly lastSequence: number;
	readonly lastHash?: string;
	/** `trail.lost` records of the last segment, and of those before it as far back as was asked. */
	readonly lossRecords: readonly { readonly streamTotal: number; readonly loss: Loss }[];
}

const COPY_BYTES = 256 * 1024;
/** Spares parsing the records that cannot be meant. */
const LOSS_MARK = '"type":"trail.lost"';

/**
 * Finds the end of a stream that nobody writes any more and sets a torn tail aside.
 * Only bytes after the last record that verifies are moved. A bad line with good ones after it stays and is reported.
 */
export async function recoverEnd(
	files: Files,
	folder: string,
	streamId: string,
	segments: readonly Segment[],
	damaged: (segment: Segment, offset: number) => void,
	/** Losses that a record tells of up to this total need not be looked for; absent = none need. */
	toldUpTo?: number,
): Promise<StreamEnd> {
	const lossRecords: { streamTotal: number; loss: Loss }[] = [];
	for (const segment of segments.toReversed()) {
		const handle = await files.open(segment.path, "update");
		try {
			const walk = lineWalk(handle);
			const size = await handle.size();
			let good = 0;
			let bad: number | undefined;
			let last: { sequence: number; hash: string } | undefined;
			for (let line = await walk.next(size); line !== undefined; line = await walk.next(size)) {
				const record = verifiedLine(line.bytes, streamId);
				if (record === undefined) {
					bad ??= line.offset;
					continue;
				}
				if (bad !== undefined) damaged(segment, bad);
				bad = undefined;
				good = line.end;
				// A repeat of an earlier record is no end: what stands before it would never be delivered.
				if (record.sequence > (last?.sequence ?? 0)) last = record;
				addLoss(line.bytes, record, lossRecords);
			}
			if (good < size) {
				await setAside(files, folder, segment, handle, good, size);
			}
			segment.bytes = good;
			segment.last = last?.sequence ?? segment.first - 1;
			if (last !== undefined) {
				const earlier = segments.slice(0, segments.indexOf(segment));
				if (toldUpTo !== undefined)
					await lossesBefore(files, streamId, earlier, toldUpTo, lossRecords);
				return { lastSequence: last.sequence, lastHash: last.hash, lossRecords };
			}
		} finally {
			await handle.close();
		}
	}
	return { lastSequence: 0, lossRecords };
}

/** Goes back until a record tells of no more than the slot calls recorded: the slot may be some segments behind. */
async function lossesBefore(
	files: Files,
	streamId: string,
	segments: readonly Segment[],
	toldUpTo: number,
	to: { streamTotal: number; loss: Loss }[],
): Promise<void> {
	for (const segment of segments.toReversed()) {
		if (to.some(({ streamTotal }) => streamTotal > 0 && streamTotal <= toldUpTo)) return;
		const handle = await files.open(segment.path, "read");
		try {
			const walk = lineWalk(handle);
			const size = await handle.size();
			for (let line = await walk.next(size); line !== undefined; line = await walk.next(size)) {
				// Hashed only where it says what is looked for.
				if (!mentions(line.bytes, LOSS_MARK)) continue;
				const record = verifiedLine(line.bytes, streamId);
				if (record !== undefined) addLoss(line.bytes, record, to);
			}
		} finally {
			await handle.close();
		}
	}
}

function addLoss(
	bytes: Uint8Array,
	record: SealedEvent,
	to: { streamTotal: number; loss: Loss }[],
): void {
	if (!mentions(bytes, LOSS_MARK)) return;
	const { type, loss } = record.event;
	if (type === "trail.lost" && loss !== undefined) to.push(recordedLoss(loss));
}

async function setAside(
	files: Files,
	folder: string,
	segment: Segment,
	handle: FileHandle,
	from: number,
	size: number,
): Promise<void> {
	const name = segment.path.slice(segment.path.lastIndexOf("/") + 1);
	const path = `${folder}/${tornName(name, from)}`;
	// An earlier recovery that was cut off may have left a copy; the tail is still in the segment.
	if ((await files.status(path)) !== undefined) await files.remove(path);
	const torn = await files.open(path, "create");
	try {
		for (let offset = from; offset < size; offset += COPY_BYTES) {
			const bytes = await handle.read(Math.min(COPY_BYTES, size - offset), offset);
			await writeAll(torn, bytes, offset - from);
		}
		await torn.datasync();
	} finally {
		await torn.close();
	}
	await files.syncFolder(folder);
	await handle.truncate(from);
	await handle.datasync();
}

function mentions(bytes: Uint8Array, mark: string): boolean {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(mark);
}

function recordedLoss(loss: {
	readonly events: number;
	readonly acting_events?: number;
	readonly since: string;
	readonly until: string;
	readonly cause: Loss["cause"];
	readonly stream_total?: number;
}): { streamTotal: number; loss: Loss } {
	return {
		streamTotal: loss.stream_total ?? 0,
		loss: {
			events: loss.events,
			actingEvents: loss.acting_events ?? 0,
			cause: loss.cause,
			sinceMs: Date.parse(loss.since),
			untilMs: Date.parse(loss.until),
		},
	};
}
