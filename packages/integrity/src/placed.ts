import type { Anchors } from "./anchors.ts";
import type { FaultClass, FaultList, OpenFault, Place } from "./fault.ts";
import { jointAfter, type Joint, names, type Reading, START } from "./reading.ts";
import type { Seen } from "./seen.ts";

/** The records of one stream up to the last that is in its place, and those that came before theirs. */
export interface Placed {
	/** The last record in its place; sequence 0 while there is none. */
	readonly head: Joint;
	readonly records: number;
	/** The first record there is, once it is known. */
	readonly first: Reading | undefined;
	/** The fault already named at the head, if it has one: what follows it need not fit. */
	readonly suspect: OpenFault | undefined;
	/**
	 * Makes a record the head and lets in those that waited for it. A doubtful one may still turn out to belong nowhere.
	 */
	enter(reading: Reading, sequence: number, fault?: OpenFault, isDoubtful?: boolean): void;
	/** Puts a record in the head's place, where the head is doubtful; true = done. */
	replaceDoubtful(rival: Reading): boolean;
	/** Lets what follows the head link to a rival of it, too. */
	branch(hash: string): void;
	/** Keeps a record that came too early until its place comes. */
	setAside(reading: Reading): void;
	/** Names a fault at the head, unless one is named there already. */
	blame(fault: () => OpenFault): void;
	/** The head came again: if it had come too early, that was a copy of it. */
	repeated(): void;
	/** Compares the head with what is known of it from elsewhere. */
	checkAnchor(): void;
	/** Reports a record that belongs nowhere. */
	misplaced(reading: Reading): void;
	/** What still waits for its place belongs nowhere. */
	finish(): void;
}

/** What the placed records of a stream report to. */
export interface PlacedContext {
	readonly index: number;
	readonly faults: FaultList;
	readonly seen: Seen;
	readonly known: Anchors;
	readonly report: (of: FaultClass, sequence: number, place: Place | undefined) => OpenFault;
	/** Reports an exact repeat. */
	readonly repeated: (reading: Reading) => void;
}

/** Beyond so many, a record that came too early counts as inserted. */
const MAX_EARLY = 1024;

/** Rival records that may each be continued. */
const MAX_BRANCHES = 8;

/** Keeps the records of one stream that are in their places. */
export function placedRecords(context: PlacedContext): Placed {
	const { index, faults, seen, known, report } = context;
	const early = new Map<number, Reading>();
	let head = START;
	let first: Reading | undefined;
	let records = 0;
	let suspect: OpenFault | undefined;
	/** What the suspect states as its number, while it may still turn out to belong nowhere. */
	let doubtful: number | undefined;
	/** The fault reported when the head, which came too early, found its place. */
	let cameEarly: OpenFault | undefined;

	const blame = (fault: () => OpenFault): void => {
		suspect ??= fault();
	};
	const checkAnchor = (): void => {
		if (!known.check(head)) blame(() => report("forked", head.sequence, head.place));
	};

	const enter = (
		reading: Reading,
		sequence: number,
		fault?: OpenFault,
		isDoubtful = false,
	): void => {
		head = jointAfter(head, reading, sequence);
		suspect = fault;
		doubtful = isDoubtful ? reading.sequence : undefined;
		cameEarly = undefined;
		first ??= reading;
		records++;
		seen.remember(index, sequence, reading.hash);
		checkAnchor();
		if (early.size === 0) return;
		const rival = early.get(sequence);
		if (rival !== undefined) {
			early.delete(sequence);
			if (rival.hash === reading.hash) context.repeated(rival);
			else report("forked", sequence, rival.place);
		}
		const waiting = early.get(sequence + 1);
		if (waiting === undefined || !names(head, waiting)) return;
		early.delete(sequence + 1);
		const late = report("reordered", sequence, head.place);
		enter(waiting, sequence + 1);
		cameEarly ??= late;
	};

	const misplaced = (reading: Reading): void => {
		early.delete(reading.sequence);
		report("inserted", reading.sequence, reading.place);
	};

	return {
		get head() {
			return head;
		},
		get records() {
			return records;
		},
		get first() {
			return first;
		},
		get suspect() {
			return suspect;
		},
		enter,
		replaceDoubtful(rival) {
			if (suspect === undefined || doubtful === undefined) return false;
			if (suspect.class === "edited") {
				faults.rename(suspect, "inserted");
				suspect.sequence = doubtful;
			}
			head = { ...head, sequence: head.sequence - 1, hashes: head.prior };
			records--;
			enter(rival, rival.sequence);
			return true;
		},
		branch(hash) {
			head = { ...head, hashes: [...head.hashes, hash].slice(-MAX_BRANCHES) };
		},
		setAside(reading) {
			if (early.size === MAX_EARLY) {
				const [oldest] = early.values();
				if (oldest !== undefined) misplaced(oldest);
			}
			early.set(reading.sequence, reading);
		},
		blame,
		repeated() {
			if (cameEarly === undefined) return;
			faults.drop(cameEarly);
			cameEarly = undefined;
		},
		checkAnchor,
		misplaced,
		finish() {
			for (const reading of early.values()) misplaced(reading);
		},
	};
}
