import { type FaultList, type OpenFault, type Place, setRange } from "./fault.ts";
import type { Reading } from "./reading.ts";

/** Numbers of one stream that did not come, and may still come late. */
interface Gap {
	readonly from: number;
	readonly to: number;
	/** Hashes the first of them may link to; absent where a damaged line stands before. */
	readonly before: readonly (string | undefined)[];
	/** Hash the last of them must have. */
	readonly after: string | undefined;
	readonly fault: OpenFault;
}

/** The gaps of one stream. */
export interface GapList {
	/** Reports numbers as missing; the fault loses its `sequence` when all of them came late. */
	open(missing: {
		readonly from: number;
		readonly to: number;
		readonly before: readonly (string | undefined)[];
		readonly after: string | undefined;
		readonly place: Place;
	}): OpenFault;
	/** Takes a late record: `filled`, `unfit` where another record is missing there, `none` where none is. */
	fill(reading: Reading): "filled" | "unfit" | "none";
}

/** Beyond so many the oldest can no longer be filled: what comes late for it stays `removed`. */
const MAX_GAPS = 1024;

/** Keeps what is missing from a stream, and takes it back as it comes late. */
export function gapList(streamId: string, faults: FaultList): GapList {
	const gaps: Gap[] = [];

	const keep = (gap: Gap, at = gaps.length): void => {
		gaps.splice(at, 0, gap);
		if (gaps.length > MAX_GAPS) gaps.shift();
	};

	return {
		open({ from, to, before, after, place }) {
			const of = from === 1 ? "head_missing" : "removed";
			const fault = setRange(faults.add({ class: of, streamId, place }), from, to);
			keep({ from, to, before, after, fault });
			return fault;
		},

		fill(reading) {
			const { sequence, previousHash, hash, place } = reading;
			const index = gaps.findIndex((gap) => gap.from <= sequence && sequence <= gap.to);
			const gap = gaps[index];
			if (gap === undefined) return "none";
			const { from, to, before, after, fault } = gap;
			if (sequence === from && before.length > 0 && !before.includes(previousHash)) return "unfit";
			if (sequence === to && after !== undefined && after !== hash) return "unfit";
			gaps.splice(index, 1);
			if (sequence === to) faults.add({ class: "reordered", streamId, sequence, place });
			if (from === to) {
				faults.drop(fault);
				delete fault.sequence;
			} else if (sequence === from) {
				setRange(fault, from + 1, to);
				keep({ ...gap, from: from + 1, before: [hash] }, index);
			} else {
				setRange(fault, from, sequence - 1);
				keep({ ...gap, to: sequence - 1, after: previousHash }, index);
				if (sequence < to) {
					const rest = setRange(faults.add({ ...fault, class: "removed" }), sequence + 1, to);
					const behind = { from: sequence + 1, to, before: [hash], after, fault: rest };
					keep(behind, index + 1);
				}
			}
			return "filled";
		},
	};
}
