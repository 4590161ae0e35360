import { type FaultList, type OpenFault, setRange } from "./fault.ts";
import type { Placed } from "./placed.ts";
import { dismiss, explain, type Stray } from "./strays.ts";

/** What is known of the beginning of a stream whose first records are not there. */
export interface MissingHead {
	readonly missing: OpenFault;
	/** Records up to this one need not be there. */
	readonly prunedTo: number;
	/** Lines of no known place that stand before the first record. */
	readonly strays: readonly Stray[];
	/** Takes those that stand there and are of no known stream; what is not missing takes none. */
	readonly foreign: () => readonly Stray[];
}

/** Says of which records the beginning is missing: strays stand for as many as there are. */
export function judgeHead(
	streamId: string,
	faults: FaultList,
	{ missing, prunedTo, strays, foreign }: MissingHead,
): void {
	if (missing.sequence === undefined) return;
	const from = Math.max(missing.sequence, prunedTo + 1);
	let to = missing.lastSequence ?? missing.sequence;
	if (from <= to) {
		const found = [...strays, ...foreign()];
		const count = Math.min(found.length, to - from + 1);
		to -= explain(found, streamId, to - count + 1, to);
	} else dismiss(strays, faults);
	setRange(missing, from, to);
	if (from > to) faults.drop(missing);
}

/** What is known of the end of a stream. */
export interface ChainTail {
	/** The first number that did not come. */
	readonly from: number;
	/** The last record known to have existed. */
	readonly last: number;
	/** Records that came at all. */
	readonly records: number;
	/** Lines of the stream that have no place. */
	readonly strays: readonly Stray[];
}

/** Says of which records the end is missing: strays stand for as many as there are. */
export function judgeTail(streamId: string, faults: FaultList, tail: ChainTail): void {
	const { last, records, strays } = tail;
	let { from } = tail;
	if (last >= from) from += explain(strays, streamId, from, last);
	else {
		dismiss(strays, faults);
		const torn = strays.filter(({ fault }) => fault.detail === "torn");
		explain(torn, streamId, from, from);
	}
	if (last < from) return;
	const detail = records === 0 ? { detail: "stream_missing" as const } : {};
	setRange(faults.add({ class: "tail_missing", ...detail, streamId }), from, last);
}

/** Says that the records after the one which nothing may follow do not belong there. */
export function judgeBeyond(
	streamId: string,
	faults: FaultList,
	{ head, suspect }: Pick<Placed, "head" | "suspect">,
	end: number,
): void {
	const from = end + 1;
	const { sequence, place } = head;
	if (sequence < from) return;
	if (suspect?.class === "edited" && sequence === from) faults.rename(suspect, "inserted");
	else {
		const fault = faults.add({
			class: "inserted",
			streamId,
			...(place !== undefined && { place }),
		});
		setRange(fault, from, sequence);
	}
}
