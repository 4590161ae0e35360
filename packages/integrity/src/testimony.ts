/** What a record says of a stream: where it ended, or up to where it was pruned, or that this is its own clean end. */
export interface Testimony {
	readonly kind: "ended" | "pruned" | "stopped";
	/** The stream spoken of. */
	readonly streamId: string;
	/** Its last record, or the last one pruned. */
	readonly sequence: number;
	readonly hash?: string;
	/** Pruned, and known to be damaged: from this record on. */
	readonly damagedFrom?: number;
	/** The record that says so; absent where it is only the trail's folder. */
	readonly by?: { readonly streamId: string; readonly sequence: number };
}

/** What was said last of each stream, in memory that grows with the streams only. */
export interface Testimonies {
	add(testimony: Testimony): void;
	/** By stream. */
	readonly ended: ReadonlyMap<string, Testimony>;
	readonly pruned: ReadonlyMap<string, Testimony>;
	readonly stopped: ReadonlyMap<string, Testimony>;
}

/** Keeps, of up to `maxStreams` streams, the testimony that reaches farthest. */
export function testimonies(maxStreams: number): Testimonies {
	const ended = new Map<string, Testimony>();
	const pruned = new Map<string, Testimony>();
	const stopped = new Map<string, Testimony>();
	const keptOf = { ended, pruned, stopped };
	return {
		...keptOf,
		add(testimony) {
			const kept = keptOf[testimony.kind];
			const { streamId, sequence } = testimony;
			const before = kept.get(streamId);
			if (before === undefined ? kept.size < maxStreams : sequence >= before.sequence)
				kept.set(streamId, testimony);
		},
	};
}

/** No shorter than a line up to the end of its `type`. */
const TYPE_WITHIN_BYTES = 192;

const TELLING = ["recovered", "pruned", "stopped"].map((what) => `"type":"trail.${what}"`);

/**
 * Reads what a record says of the end (`trail.recovered`) or the beginning (`trail.pruned`) of a stream, or that its
 * own stream ends with it (`trail.stopped`); undefined for all other records. Only those three are parsed.
 */
export function readTestimony(
	bytes: Uint8Array,
	by: { readonly streamId: string; readonly sequence: number },
): Testimony | undefined {
	const start = Buffer.from(
		bytes.buffer,
		bytes.byteOffset,
		Math.min(bytes.length, TYPE_WITHIN_BYTES),
	);
	const text = start.toString("latin1");
	if (!TELLING.some((type) => text.includes(type))) return undefined;
	const event = parse(bytes);
	const { type } = event;
	if (type === "trail.stopped")
		return { kind: "stopped", streamId: by.streamId, sequence: by.sequence, by };
	const block = type === "trail.recovered" ? event.recovery : event.prune;
	if (block === undefined || typeof block.stream_id !== "string") return undefined;
	if (!Number.isSafeInteger(block.last_sequence)) return undefined;
	return {
		kind: type === "trail.recovered" ? "ended" : "pruned",
		streamId: block.stream_id,
		sequence: Number(block.last_sequence),
		...(typeof block.last_hash === "string" && { hash: block.last_hash }),
		...(block.reason === "damaged" &&
			Number.isSafeInteger(block.first_sequence) && { damagedFrom: Number(block.first_sequence) }),
		by,
	};
}

interface Block {
	readonly stream_id?: unknown;
	readonly last_sequence?: unknown;
	readonly last_hash?: unknown;
	readonly first_sequence?: unknown;
	readonly reason?: unknown;
}

function parse(bytes: Uint8Array): {
	readonly type?: unknown;
	readonly recovery?: Block;
	readonly prune?: Block;
} {
	try {
		const event: ReturnType<typeof parse> = JSON.parse(Buffer.from(bytes).toString());
		return event;
	} catch {
		return {};
	}
}
