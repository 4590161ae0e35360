import type { Files, System } from "../system.ts";
import type { OwnedStream } from "./owned-stream.ts";
import type { Scan, Source } from "./reader.ts";
import { scanSegments, type SegmentedStream } from "./scan-segments.ts";
import type { TailCache } from "./tail-cache.ts";

/** Whom a source tells of damage. */
type Told = Required<Pick<SegmentedStream, "damaged" | "missing">>;

/** Makes what readers see of the stream that is being written: its end from memory, the rest from disk. */
export function liveSource(of: {
	readonly files: Files;
	readonly stream: OwnedStream;
	readonly cache: TailCache;
	/** The last record that is as durable as promised. */
	readonly last: () => number;
	readonly live: () => boolean;
	readonly told: Told;
}): Source {
	const { files, stream, cache, last, live, told } = of;
	const { streamId } = stream;

	function scan(after: number): Scan {
		const segments = { files, streamId, segments: stream.segments, ...told };
		let passed = after;
		let disk: Scan | undefined;
		return {
			async next(maxEvents, maxBytes) {
				let events = cache.after(passed, maxEvents, maxBytes);
				if (events === undefined) {
					disk ??= scanSegments(segments, passed);
					events = await disk.next(maxEvents, maxBytes);
				} else if (disk !== undefined) {
					await disk.close();
					disk = undefined;
				}
				passed = events.at(-1)?.sequence ?? passed;
				return events;
			},
			async close() {
				await disk?.close();
			},
		};
	}

	return { streamId, first: () => stream.segments[0]?.first ?? 1, last, live, scan };
}

/** A dead stream as a source of records. */
export function deadSource(
	{ files }: Pick<System, "files">,
	stream: OwnedStream,
	lastSequence: number,
	told: Told,
): Source {
	const { streamId, segments } = stream;
	return {
		streamId,
		first: () => segments[0]?.first ?? lastSequence + 1,
		last: () => lastSequence,
		live: () => false,
		scan: (after) => scanSegments({ files, streamId, segments, ...told }, after),
	};
}
