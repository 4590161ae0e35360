import type { OwnedStream } from "./owned-stream.ts";
import type { Source } from "./reader.ts";
import type { Segment } from "./scan-segments.ts";
import { folderError, type FolderError } from "./trail-error.ts";

/** The limits of an open file trail. */
export interface FileTrailLimits {
	readonly dir: string;
	readonly sync: boolean;
	readonly maxBytes: number;
	readonly segmentBytes: number;
	readonly maxStreams: number;
	readonly maxQueueEvents: number;
	readonly maxQueueBytes: number;
	readonly readerRetentionMs: number;
	readonly gid?: number;
}

/** A dead stream taken over, as readers see it. */
export interface DeadStream {
	readonly stream: OwnedStream;
	readonly lastSequence: number;
	readonly source: Source;
}

/** Tells of each thing once. */
export interface Reporter {
	readonly report: (error: Error) => void;
	readonly damaged: (segment: Segment, offset: number) => void;
	readonly missing: (segment: Segment) => void;
}

/** How many different things are remembered as told. */
const MAX_TOLD = 1_000;

/** Makes a reporter; `onError` is what an application gave. */
export function reporter(onError: (error: Error) => void): Reporter {
	const told = new Set<string>();
	const report = (error: Error): void => {
		if (told.has(error.message)) return;
		if (told.size >= MAX_TOLD) told.clear();
		told.add(error.message);
		onError(error);
	};
	return {
		report,
		damaged(segment, offset) {
			segment.damaged = true;
			report(damagedError(segment, offset));
		},
		missing(segment) {
			segment.damaged = true;
			report(missingError(segment));
		},
	};
}

function damagedError({ path }: Segment, offset: number): FolderError {
	return folderError(
		"segment_damaged",
		path,
		`The line at byte ${offset} of ${path} is not a record of its stream, and records follow it. It stays where it is and is passed over; run mcp-trail verify on the folder.`,
	);
}

function missingError({ path }: Segment): FolderError {
	return folderError(
		"segment_damaged",
		path,
		`${path} is gone, and this process has not removed it. Its records are passed over; put it back from a copy, and run mcp-trail verify on the folder.`,
	);
}
