import type { FaultClass } from "@mcp-trail/integrity";

/** What is known of a trail that is manipulated at one place. */
export interface Situation {
	/** `folder` = the folder of a trail, one stream a source; `copy` = all streams interleaved in one input. */
	readonly context: "folder" | "copy";
	/** How the end of the stream is known: not at all, by a head kept elsewhere, or by another stream's `trail.recovered`. */
	readonly end: "unknown" | "head" | "recovered";
	/** The stream's last record. */
	readonly last: number;
	/** The record manipulated, or before which something is put (`last + 1` = at the end). */
	readonly k: number;
	/** The other end of a range, the other record of a pair, or what an inserted record states as its number. */
	readonly to: number;
}

/** A fault as the table names it. */
export interface ExpectedFault {
	readonly class: FaultClass;
	/** `own` = the stream manipulated; `other` = the one that a foreign record states; absent = none can be told. */
	readonly stream?: "own" | "other";
	readonly sequence?: number;
	readonly lastSequence?: number;
}

/** One kind of manipulation, and everything that must be reported of it. */
export interface Row {
	readonly kind: string;
	readonly does: string;
	/** Where it can be done. */
	readonly at?: (situation: Situation) => boolean;
	readonly faults: (situation: Situation) => readonly ExpectedFault[];
	/** Exact repeats that are noted rather than reported. */
	readonly notes?: (situation: Situation) => readonly number[];
}

const own = (of: FaultClass, sequence: number, lastSequence?: number): ExpectedFault => ({
	class: of,
	stream: "own",
	sequence,
	...(lastSequence !== undefined && lastSequence > sequence && { lastSequence }),
});
const unplaced = (of: FaultClass): ExpectedFault => ({ class: of });

const isLast = ({ k, last }: Situation): boolean => k === last;
const isEndKnown = ({ end }: Situation): boolean => end !== "unknown";

/** Numbers from `from` on are gone from the end. */
const tailGone = (situation: Situation, from: number): readonly ExpectedFault[] =>
	isEndKnown(situation) && from <= situation.last
		? [own("tail_missing", from, situation.last)]
		: [];

/** Record k became `lines` lines that nobody can read. */
const unreadable = (situation: Situation, lines = 1): readonly ExpectedFault[] => {
	const { context, k } = situation;
	const placed = Array.from({ length: lines }, () => own("malformed", k));
	if (!isLast(situation)) return placed;
	// At the end nothing says that a record is missing, unless the end is known; among several streams not of which.
	if (context === "folder" && isEndKnown(situation)) return placed;
	return [...placed.map(() => unplaced("malformed")), ...tailGone(situation, k)];
};

/** Something stands behind the stream's last record. */
const beyondEnd = (situation: Situation, otherwise: readonly ExpectedFault[], sequence: number) =>
	situation.end === "recovered" ? [own("inserted", sequence)] : otherwise;

/**
 * Every kind of manipulation, with the faults that verification must report of it: these and no others.
 * Written before the verifier; a test applies the rows at random places and compares.
 */
export const faultTable: readonly Row[] = [
	// Edits of one record.
	{
		kind: "edit_body",
		does: "changes one byte before `integrity` to another that leaves a line",
		faults: ({ k }) => [own("edited", k)],
	},
	{
		kind: "edit_first_byte",
		does: "changes the opening brace",
		faults: (situation) => unreadable(situation),
	},
	{
		kind: "edit_line_feed",
		does: "changes one byte to a line feed",
		faults: (situation) => unreadable(situation, 2),
	},
	{
		kind: "edit_stream_id",
		does: "changes one hex digit of integrity.stream_id",
		faults: ({ k }) => [own("edited", k)],
	},
	{
		kind: "edit_sequence",
		does: "changes integrity.sequence to another number",
		faults: ({ k }) => [own("edited", k)],
	},
	{
		kind: "edit_previous_hash",
		does: "changes one hex digit of integrity.previous_hash",
		at: ({ k }) => k > 1,
		faults: ({ k }) => [own("edited", k)],
	},
	{
		kind: "edit_hash",
		does: "changes one hex digit of integrity.hash",
		faults: ({ k }) => [own("edited", k)],
	},
	{
		kind: "edit_integrity_text",
		does: "changes a byte of integrity to one that cannot stand there",
		faults: (situation) => unreadable(situation),
	},

	// Edits by somebody who computes the hash again.
	{
		kind: "reseal_body",
		does: "changes the body and computes the hash again",
		// The record after it says what its hash was; after the last one only a known end does.
		faults: (situation) => {
			if (!isLast(situation)) return [own("edited", situation.k)];
			return isEndKnown(situation) ? [own("forked", situation.k)] : [];
		},
	},
	{
		kind: "reseal_stream_id",
		does: "states another stream and computes the hash again",
		faults: ({ context, k }) =>
			context === "copy" && k === 1
				? [own("head_missing", 1)]
				: [{ class: "wrong_stream", stream: "other", sequence: k }],
	},
	{
		kind: "reseal_sequence",
		does: "states another number and computes the hash again",
		faults: ({ k }) => [own("edited", k)],
	},
	{
		kind: "reseal_previous_hash",
		does: "states another previous hash and computes the hash again",
		at: ({ k }) => k > 1,
		// Of the last two records one must be wrong, and only a known end says which.
		faults: (situation) => {
			if (!isLast(situation)) return [own("edited", situation.k)];
			return isEndKnown(situation)
				? [own("forked", situation.k)]
				: [own("edited", situation.k - 1)];
		},
	},
	{
		kind: "rebuild",
		does: "edits a record and seals all from there on again",
		faults: (situation) => (isEndKnown(situation) ? [own("forked", situation.last)] : []),
	},

	// Removals.
	{
		kind: "remove_start",
		does: "removes records 1..to",
		at: ({ k, to, last }) => k === 1 && to < last,
		faults: ({ to }) => [own("head_missing", 1, to)],
	},
	{
		kind: "remove_middle",
		does: "removes records k..to",
		at: ({ k, to, last }) => k > 1 && to < last,
		faults: ({ k, to }) => [own("removed", k, to)],
	},
	{
		kind: "remove_one",
		does: "removes record k",
		at: ({ k, last }) => k > 1 && k < last,
		faults: ({ k }) => [own("removed", k)],
	},
	{
		kind: "remove_end",
		does: "removes records k..last",
		at: ({ k }) => k > 1,
		faults: (situation) => tailGone(situation, situation.k),
	},
	{
		kind: "remove_all",
		does: "removes the whole stream",
		// A copy need not hold every stream that another one speaks of.
		faults: (situation) =>
			situation.context === "copy" && situation.end === "recovered" ? [] : tailGone(situation, 1),
	},

	// Insertions before record k; k = last + 1 is the end.
	{
		kind: "insert_garbage",
		does: "puts a line there that is no record",
		faults: () => [unplaced("malformed")],
	},
	{
		kind: "insert_unsealed",
		does: "puts a forged record there whose link fits and whose hash is invented",
		faults: (situation) => {
			const { k, last } = situation;
			return k <= last ? [own("inserted", k)] : beyondEnd(situation, [own("edited", k)], k);
		},
	},
	{
		kind: "insert_sealed",
		does: "puts a forged record there whose link and hash fit",
		// At the end it is simply the next record, unless the stream is known to have ended.
		faults: (situation) => {
			const { k, last } = situation;
			return k <= last ? [own("forked", k)] : beyondEnd(situation, [], k);
		},
	},
	{
		kind: "insert_wrong_link",
		does: "puts a forged record there with the next number, a previous hash of its own and the right hash",
		faults: (situation) => {
			const { k, last, end } = situation;
			if (k === 1) return [own("inserted", 1)];
			if (k <= last) return [own("forked", k)];
			return beyondEnd(situation, [own("edited", end === "head" ? k : last)], k);
		},
	},
	{
		kind: "insert_stray",
		does: "puts a forged record there with a number far beyond the end and the right hash",
		at: ({ to, last }) => to > last + 1,
		faults: (situation) => {
			const { k, last, to } = situation;
			if (k <= last) return [own("inserted", to)];
			return beyondEnd(situation, [own("removed", last + 1, to - 1)], to);
		},
	},
	{
		kind: "insert_copy",
		does: "puts a copy of record `to` of the same stream there",
		at: ({ to, last }) => to <= last,
		faults: ({ context, to }) => (context === "folder" ? [own("duplicate", to)] : []),
		notes: ({ context, to }) => (context === "copy" ? [to] : []),
	},
	{
		kind: "insert_foreign",
		does: "puts record `to` of a stream of another trail there",
		at: ({ to }) => to > 1,
		faults: ({ context, to }) =>
			context === "folder"
				? [{ class: "wrong_stream", stream: "other", sequence: to }]
				: [
						{
							class: "head_missing",
							stream: "other",
							sequence: 1,
							...(to > 2 && { lastSequence: to - 1 }),
						},
					],
	},
	{
		kind: "insert_branch",
		does: "puts a second, well sealed continuation of k-1, up to record `to`, at the end",
		at: ({ k, to, last }) => k <= to && to <= last,
		faults: ({ k, to }) => Array.from({ length: to - k + 1 }, (_, at) => own("forked", k + at)),
	},

	// Order. A record is reordered when it stands after the one that follows it.
	{
		kind: "swap_neighbours",
		does: "swaps records k and k+1",
		at: ({ k, last }) => k < last,
		faults: ({ k }) => [own("reordered", k)],
	},
	{
		kind: "swap_distant",
		does: "swaps records k and `to`",
		at: ({ k, to, last }) => to > k + 1 && to <= last,
		faults: ({ k, to }) => [own("reordered", k), own("reordered", to - 1)],
	},
	{
		kind: "move_later",
		does: "moves record k behind record `to`",
		at: ({ k, to, last }) => to > k && to <= last,
		faults: ({ k }) => [own("reordered", k)],
	},
	{
		kind: "move_earlier",
		does: "moves record `to` before record k",
		at: ({ k, to, last }) => to > k && to <= last,
		faults: ({ to }) => [own("reordered", to - 1)],
	},

	// Cuts.
	{
		kind: "cut_at_line",
		does: "cuts the stream off before record k",
		at: ({ k }) => k > 1,
		faults: (situation) => tailGone(situation, situation.k),
	},
	{
		kind: "cut_in_line",
		does: "cuts the stream off within record k",
		at: ({ context }) => context === "folder",
		faults: (situation) => [own("malformed", situation.k), ...tailGone(situation, situation.k + 1)],
	},
	{
		kind: "cut_line_feed",
		does: "cuts the last line feed off",
		at: (situation) => situation.context === "folder" && isLast(situation),
		faults: () => [],
	},
	{
		kind: "join_lines",
		does: "removes the line feed after record k",
		at: ({ k, last }) => k < last,
		faults: ({ k }) => [own("malformed", k)],
	},
];
