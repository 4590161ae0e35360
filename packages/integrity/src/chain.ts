import { anchors } from "./anchors.ts";
import { judgeHead, judgeTail } from "./chain-ends.ts";
import { type FaultClass, type FaultList, type OpenFault, type Place, setRange } from "./fault.ts";
import { gapList } from "./gaps.ts";
import {
	follows,
	isIntact,
	isNear,
	type Joint,
	jointAfter,
	names,
	type Reading,
	START,
} from "./reading.ts";
import type { Seen } from "./seen.ts";
import { dismiss, explain, strayList, type Stray, type StrayList } from "./strays.ts";

/** What the chains of one input share. */
export interface ChainContext {
	readonly faults: FaultList;
	readonly seen: Seen;
	/** Lines of no known stream. */
	readonly strays: StrayList;
	/** Reports an exact repeat. */
	repeated(reading: Reading): void;
}

/** The check of one stream. */
export interface Chain {
	readonly streamId: string;
	/** The last record in its place; sequence 0 while there is none. */
	readonly head: Joint;
	readonly records: number;
	/** The first record there is, once it is known. */
	readonly first: Reading | undefined;
	/** Numbers of the records that equal one known to have existed. */
	readonly matched: ReadonlySet<number>;
	/** The fault named at the head, if it has one. */
	readonly suspect: OpenFault | undefined;
	/** Lines of this stream's own source that have no place yet. */
	readonly strays: StrayList;
	receive(reading: Reading): void;
	/** Puts a record in the next place, although it is damaged or says that it belongs elsewhere. */
	occupy(reading: Reading, fault: OpenFault): void;
	/** Makes a record known that must be there. */
	readonly expect: (sequence: number, hash: string | undefined) => void;
	/** Makes it known that nothing may follow a record. */
	endsAt(sequence: number): void;
	/** Judges what was left open at the end. */
	finish(): void;
	/** Judges what was left open at the beginning; the records up to `prunedTo` need not be there. */
	finishHead(prunedTo: number): void;
}

/** Beyond so many, a record that came too early counts as inserted. */
const MAX_EARLY = 1024;

/** Rival records that may each be continued. */
const MAX_BRANCHES = 8;

/**
 * Checks one stream, record by record. A record that does not fit waits for one more record of its stream, which
 * says whether something before it is missing or it stands in the wrong place itself.
 */
export function chain(streamId: string, index: number, context: ChainContext): Chain {
	const { faults, seen } = context;
	const gaps = gapList(streamId, faults);
	const strays = strayList();
	const early = new Map<number, Reading>();
	const known = anchors();
	let end: number | undefined;
	let head = START;
	let first: Reading | undefined;
	let records = 0;
	let headMissing: OpenFault | undefined;
	/** Lines of no known place that stand before the first record. */
	let headStrays: readonly Stray[] = [];
	/** A record that does not fit, until the next one says why. */
	let pending: Reading | undefined;
	/** The fault already named at the head: what follows it need not fit. */
	let suspect: OpenFault | undefined;
	/** What the suspect states as its number, while it may still turn out to belong nowhere. */
	let doubtful: number | undefined;
	/** The fault reported when the head, which came too early, found its place. */
	let cameEarly: OpenFault | undefined;

	const report = (of: FaultClass, sequence: number, place: Place | undefined): OpenFault =>
		faults.add({ class: of, streamId, sequence, ...(place !== undefined && { place }) });

	const isNext = (reading: Reading): boolean =>
		follows(head, reading) || (suspect !== undefined && reading.sequence === head.sequence + 1);
	const checkAnchor = (): void => {
		if (!known.check(head)) suspect ??= report("forked", head.sequence, head.place);
	};

	/** Makes a record the head and lets in those that waited for it. */
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

	const advance = (reading: Reading): void => {
		dismiss(strays.takeAll(), faults);
		enter(reading, reading.sequence);
	};

	const occupy = (reading: Reading, fault: OpenFault): void => {
		dismiss(strays.takeAll(), faults);
		enter(reading, head.sequence + 1, fault, true);
	};

	/** The record that did not fit is in its place after all: something before it is wrong. */
	const confirm = (reading: Reading): void => {
		pending = undefined;
		const { sequence, previousHash, ordinal, place } = reading;
		if (sequence > head.sequence + 1) {
			const missing = gaps.open({
				from: head.sequence + 1,
				to: sequence - 1,
				before: head.hashes,
				after: previousHash,
				place,
			});
			if (head === START) {
				headMissing = missing;
				headStrays = strays.take(0, ordinal);
			}
			advance(reading);
		} else if (known.contradicts(reading)) {
			occupy(reading, report("forked", sequence, place));
		} else if (known.matched.has(head.sequence)) {
			occupy(reading, report("edited", sequence, place));
		} else {
			report("edited", head.sequence, head.place);
			advance(reading);
		}
	};

	const setAside = (reading: Reading): void => {
		pending = undefined;
		if (early.size === MAX_EARLY) {
			const [oldest] = early.values();
			if (oldest !== undefined) misplaced(oldest);
		}
		early.set(reading.sequence, reading);
	};

	const misplaced = (reading: Reading): void => {
		early.delete(reading.sequence);
		report("inserted", reading.sequence, reading.place);
	};

	const late = (reading: Reading): void => {
		const { sequence, hash, place } = reading;
		const isRival = sequence === head.sequence && head.prior.includes(reading.previousHash);
		if (isRival && suspect !== undefined && doubtful !== undefined) {
			if (suspect.class === "edited") {
				faults.rename(suspect, "inserted");
				suspect.sequence = doubtful;
			}
			head = { ...head, sequence: head.sequence - 1, hashes: head.prior };
			records--;
			enter(reading, sequence);
			return;
		}
		const filled = gaps.fill(reading);
		if (filled === "filled") {
			records++;
			seen.remember(index, sequence, hash);
			known.checkLate(reading);
			return;
		}
		if (filled === "unfit") {
			report("inserted", sequence, place);
			return;
		}
		const before = seen.compare(index, sequence, hash);
		if (before === "same") {
			if (sequence === head.sequence && cameEarly !== undefined) {
				// Only a copy of it came early.
				faults.drop(cameEarly);
				cameEarly = undefined;
			}
			context.repeated(reading);
		} else if (before === "forgotten") {
			faults.add({ class: "duplicate", detail: "too_far_back", streamId, sequence, place });
		} else {
			if (sequence !== head.sequence || suspect?.class !== "forked")
				report("forked", sequence, place);
			if (isRival) head = { ...head, hashes: [...head.hashes, hash].slice(-MAX_BRANCHES) };
			known.checkLate(reading);
		}
	};

	/** Decides what the waiting record was, now that another one came; true = that one is dealt with, too. */
	const decide = (waiting: Reading, reading: Reading): boolean => {
		const { sequence, place } = waiting;
		if (follows(jointAfter(head, waiting, sequence), reading)) confirm(waiting);
		else if (reading.sequence === sequence) {
			if (reading.hash === waiting.hash) context.repeated(reading);
			else if (!follows(head, reading)) report("forked", sequence, reading.place);
			else {
				// Two records with one number, and only this one links to the record before.
				pending = undefined;
				advance(reading);
				if (head.sequence === sequence) head = { ...head, hashes: [...head.hashes, waiting.hash] };
				report("forked", sequence, place);
			}
			return true;
		} else if (isNext(reading) || (reading.sequence > head.sequence && reading.sequence < sequence))
			setAside(waiting);
		else if (reading.sequence <= head.sequence) {
			late(reading);
			return true;
		} else if (reading.sequence > sequence + 1) confirm(waiting);
		else {
			// Its successor denies it: it does not testify against the record before.
			if (sequence > head.sequence + 1) confirm(waiting);
			else {
				pending = undefined;
				advance(waiting);
			}
			suspect ??= report("edited", sequence, place);
		}
		return false;
	};

	const receiveIntact = (reading: Reading): void => {
		if (pending !== undefined && decide(pending, reading)) return;
		const { sequence, previousHash, place } = reading;
		const next = head.sequence + 1;
		if (isNext(reading)) advance(reading);
		else if (names(head, reading)) occupy(reading, report("edited", next, place));
		else if (sequence === next && (sequence === 1) !== (previousHash === undefined))
			occupy(reading, report("edited", next, place));
		else if (sequence < next) late(reading);
		else if (sequence === next) pending = reading;
		else crossGap(reading);
	};

	const crossGap = (reading: Reading): void => {
		const { sequence, previousHash, ordinal, place } = reading;
		const from = head.sequence + 1;
		const to = sequence - 1;
		// What is missing at the beginning may have been pruned, which is known at the end only.
		const lists = head === START ? [] : [strays, context.strays];
		const found = lists.flatMap((list) => list.take(head.ordinal, ordinal));
		const explained = explain(found, streamId, from, to);
		if (explained === 0) {
			pending = reading;
			return;
		}
		if (from + explained <= to)
			gaps.open({ from: from + explained, to, before: [], after: previousHash, place });
		enter(reading, sequence);
	};

	const receiveDamaged = (reading: Reading): void => {
		if (pending !== undefined) {
			if (isNear(jointAfter(head, pending, pending.sequence), reading)) confirm(pending);
			else if (isNear(head, reading)) setAside(pending);
		}
		if (pending === undefined && isNear(head, reading))
			occupy(reading, report("edited", head.sequence + 1, reading.place));
		else
			strays.add({
				fault: report("edited", reading.sequence, reading.place),
				ordinal: reading.ordinal,
			});
	};

	return {
		streamId,
		strays,
		matched: known.matched,
		occupy,
		finishHead,
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
		receive(reading) {
			if (isIntact(reading)) receiveIntact(reading);
			else receiveDamaged(reading);
		},
		expect: known.expect,
		endsAt(sequence) {
			end = sequence;
		},
		finish() {
			if (pending !== undefined) {
				if (end !== undefined && pending.sequence > end) misplaced(pending);
				else confirm(pending);
				pending = undefined;
			}
			checkAnchor();
			const from = head.sequence + 1;
			judgeTail(streamId, faults, { from, last: known.last, records, strays: strays.takeAll() });
			for (const reading of early.values()) misplaced(reading);
			if (end !== undefined && head.sequence > end) beyond(end + 1);
		},
	};

	function finishHead(prunedTo: number): void {
		const ordinal = first?.ordinal;
		if (headMissing === undefined || ordinal === undefined) return;
		judgeHead(streamId, faults, {
			missing: headMissing,
			prunedTo,
			strays: headStrays,
			foreign: () => context.strays.take(0, ordinal),
		});
	}

	function beyond(from: number): void {
		if (suspect?.class === "edited" && head.sequence === from) faults.rename(suspect, "inserted");
		else setRange(report("inserted", from, head.place), from, head.sequence);
	}
}
