import type { Sink } from "@mcp-trail/audit";
import { type ArchiveOptions, archive } from "./archive.ts";
import type { BucketOptions } from "./bucket-options.ts";

/** How {@link bucketSink} writes. */
export interface BucketSinkOptions<Row> extends ArchiveOptions<Row> {
	readonly name: string;
	readonly bucket: BucketOptions;
	readonly lingerMs: number;
	/** Whether the order of keys is that of a stream. */
	readonly ordered: boolean;
	/** Folders in which a probe writes, each ended by a slash. */
	readonly probes: readonly string[];
}

const MAX_EVENTS = 10_000;
const MAX_BYTES = 16_777_216;
const DAY = 10;

/** A sink over {@link archive}: its limits, and a probe that writes one object a day and reads it back. */
export function bucketSink<Row>(options: BucketSinkOptions<Row>): Sink {
	const { name, bucket, lingerMs, ordered, probes, objects, existing } = options;
	const { maxObjectEvents = MAX_EVENTS, maxObjectBytes = MAX_BYTES } = bucket;
	return {
		name,
		delivery: "at_least_once",
		ordered,
		// One object after another: the next begins where the last one ends.
		limits: { events: maxObjectEvents, bytes: maxObjectBytes, lingerMs, inFlight: 1 },
		write: archive(options),
		probe: async (signal) => {
			const day = new Date().toISOString().slice(0, DAY);
			const lock =
				bucket.objectLock === undefined ? "" : `-${bucket.objectLock.mode.toLowerCase()}`;
			const body = Buffer.from(`{"probe":"mcp-trail"}\n`);
			for (const folder of probes) {
				const key = `${folder}${day}${lock}.json`;
				await objects.put({ key, body, contentType: "application/json", facts: {} }, signal);
				if (existing === "compare") await objects.look(key, signal);
			}
		},
		close: async () => {
			objects.poster.close();
		},
	};
}
