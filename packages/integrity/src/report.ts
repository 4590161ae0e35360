import type { Chain } from "./chain.ts";
import type { Fault, FaultClass, Place } from "./fault.ts";
import type { Testimonies } from "./testimony.ts";

/** A record known to have existed, from somewhere the trail's owner cannot write. */
export interface KnownHead {
	readonly streamId: string;
	readonly sequence: number;
	/** `sha256:<64 hex>` */
	readonly hash: string;
}

/** Something worth knowing that is no fault. */
export interface Note {
	readonly kind: "duplicate" | "in_progress" | "pruned" | "recovered";
	readonly streamId?: string;
	readonly sequence?: number;
	readonly place?: Place;
}

/** What was found of one stream. */
export interface StreamReport {
	readonly streamId: string;
	/** Records in their place. */
	readonly records: number;
	readonly firstSequence: number;
	readonly lastSequence: number;
	/** `sha256:<64 hex>` of the last record; keep it elsewhere to anchor the next verification. */
	readonly lastHash: string;
	/**
	 * How its records end: `clean` = with `trail.stopped`; `open` = its folder says that a process still writes it;
	 * `none` = with neither, since the process was killed, the end was cut off, or a copy does not hold it yet.
	 */
	readonly end: "clean" | "open" | "none";
	/**
	 * Up to this record a known head vouches for the stream: it is neither cut nor rebuilt. Absent = the stream is
	 * only consistent with itself.
	 */
	readonly anchoredTo?: number;
}

/** What a verification found. */
export interface VerifyReport {
	readonly lines: number;
	readonly bytes: number;
	readonly records: number;
	readonly streams: readonly StreamReport[];
	readonly faultCount: number;
	readonly faultCounts: Readonly<Partial<Record<FaultClass, number>>>;
	/** The first of them, in the order in which they were found. */
	readonly faults: readonly Fault[];
	readonly noteCount: number;
	readonly notes: readonly Note[];
	/** Records of streams beyond `maxStreams`. */
	readonly unjudged: number;
	/** True: a known head vouches for every stream. False: the streams are consistent, which whoever can write the trail can arrange. */
	readonly anchored: boolean;
}

/** Says of each stream what was found, how it ends, and up to where known heads vouch for it. */
export function streamReports(
	chains: ReadonlyMap<string, Chain>,
	heads: readonly KnownHead[],
	{ ended, stopped }: Testimonies,
	live: ReadonlySet<string>,
): readonly StreamReport[] {
	const anchoredTo = new Map<string, number>();
	const vouch = (streamId: string, sequence: number): boolean => {
		if (!chains.get(streamId)?.matched.has(sequence)) return false;
		if ((anchoredTo.get(streamId) ?? 0) >= sequence) return false;
		anchoredTo.set(streamId, sequence);
		return true;
	};
	for (const { streamId, sequence } of heads) vouch(streamId, sequence);
	// What an anchored record says of another stream's end anchors that stream, and so on.
	const ends = [...ended.values()].flatMap(({ by, streamId, sequence }) =>
		by === undefined ? [] : { by, streamId, sequence },
	);
	let more = ends.length > 0;
	while (more) {
		more = false;
		for (const { by, streamId, sequence } of ends)
			if ((anchoredTo.get(by.streamId) ?? 0) >= by.sequence && vouch(streamId, sequence))
				more = true;
	}
	const endOf = (streamId: string, sequence: number): StreamReport["end"] => {
		if (stopped.get(streamId)?.sequence === sequence) return "clean";
		return live.has(streamId) ? "open" : "none";
	};
	return [...chains.values()].flatMap(({ streamId, records, first, head }) => {
		const [lastHash] = head.hashes;
		const anchor = anchoredTo.get(streamId);
		if (records === 0 || first === undefined || lastHash === undefined) return [];
		return {
			streamId,
			records,
			firstSequence: first.sequence,
			lastSequence: head.sequence,
			lastHash,
			end: endOf(streamId, head.sequence),
			...(anchor !== undefined && { anchoredTo: anchor }),
		};
	});
}
