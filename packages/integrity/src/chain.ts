import { anchors } from "./anchors.ts";
import { judgeBeyond, judgeHead, judgeTail } from "./chain-ends.ts";
import { type FaultClass, type FaultList, type OpenFault, type Place } from "./fault.ts";
import { gapList } from "./gaps.ts";
import { placedRecords } from "./placed.ts";
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

/**
 * Checks one stream, record by record. A record that does not fit waits for one more record of its stream, which
 * says whether something before it is missing or it stands in the wrong place itself.
 */
export function chain(streamId: string, index: number, context: ChainContext): Chain {
	const { faults, seen } = context;
	const gaps = gapList(streamId, faults);
	const strays = strayList();
	const known = anchors();
	let end: number | undefined;
	/** Records that came late. */
	let filled = 0;
	let headMissing: OpenFault | undefined;
	/** Lines of no known place that stand before the first record. */
	let headStrays: readonly Stray[] = [];
	/** A record that does not fit, until the next one says why. */
	let pending: Reading | undefined;

	const report = (of: FaultClass, sequence: number, place: Place | undefined): OpenFault =>
		faults.add({ class: of, streamId, sequence, ...(place !== undefined && { place }) });

	const placed = placedRecords({
		index,
		faults,
		seen,
		known,
		report,
		repeated: (reading) => context.repeated(reading),
	});

	const records = (): number => placed.records + filled;
	const isNext = (reading: Reading): boolean =>
		follows(placed.head, reading) ||
		(placed.suspect !== undefined && reading.sequence === placed.head.sequence + 1);

	const advance = (reading: Reading): void => {
		dismiss(strays.takeAll(), faults);
		placed.enter(reading, reading.sequence);
	};

	const occupy = (reading: Reading, fault: OpenFault): void => {
		dismiss(strays.takeAll(), faults);
		placed.enter(reading, placed.head.sequence + 1, fault, true);
	};

	/** The record that did not fit is in its place after all: something before it is wrong. */
	const confirm = (reading: Reading): void => {
		pending = undefined;
		const { sequence, previousHash, ordinal, place } = reading;
		if (sequence > placed.head.sequence + 1) {
			const missing = gaps.open({
				from: placed.head.sequence + 1,
				to: sequence - 1,
				before: placed.head.hashes,
				after: previousHash,
				place,
			});
			if (placed.head === START) {
				headMissing = missing;
				headStrays = strays.take(0, ordinal);
			}
			advance(reading);
		} else if (known.contradicts(reading)) {
			occupy(reading, report("forked", sequence, place));
		} else if (known.matched.has(placed.head.sequence)) {
			occupy(reading, report("edited", sequence, place));
		} else {
			report("edited", placed.head.sequence, placed.head.place);
			advance(reading);
		}
	};

	const setAside = (reading: Reading): void => {
		pending = undefined;
		placed.setAside(reading);
	};

	const late = (reading: Reading): void => {
		const { sequence, hash, place } = reading;
		const isRival =
			sequence === placed.head.sequence && placed.head.prior.includes(reading.previousHash);
		if (isRival && placed.replaceDoubtful(reading)) return;
		const outcome = gaps.fill(reading);
		if (outcome === "filled") {
			filled++;
			seen.remember(index, sequence, hash);
			known.checkLate(reading);
			return;
		}
		if (outcome === "unfit") {
			report("inserted", sequence, place);
			return;
		}
		const before = seen.compare(index, sequence, hash);
		if (before === "same") {
			if (sequence === placed.head.sequence) placed.repeated();
			context.repeated(reading);
		} else if (before === "forgotten") {
			faults.add({ class: "duplicate", detail: "too_far_back", streamId, sequence, place });
		} else {
			if (sequence !== placed.head.sequence || placed.suspect?.class !== "forked")
				report("forked", sequence, place);
			if (isRival) placed.branch(hash);
			known.checkLate(reading);
		}
	};

	/** Decides what the waiting record was, now that another one came; true = that one is dealt with, too. */
	const decide = (waiting: Reading, reading: Reading): boolean => {
		const { sequence, place } = waiting;
		if (follows(jointAfter(placed.head, waiting, sequence), reading)) confirm(waiting);
		else if (reading.sequence === sequence) {
			if (reading.hash === waiting.hash) context.repeated(reading);
			else if (!follows(placed.head, reading)) report("forked", sequence, reading.place);
			else {
				// Two records with one number, and only this one links to the record before.
				pending = undefined;
				advance(reading);
				if (placed.head.sequence === sequence) placed.branch(waiting.hash);
				report("forked", sequence, place);
			}
			return true;
		} else if (
			isNext(reading) ||
			(reading.sequence > placed.head.sequence && reading.sequence < sequence)
		)
			setAside(waiting);
		else if (reading.sequence <= placed.head.sequence) {
			late(reading);
			return true;
		} else if (reading.sequence > sequence + 1) confirm(waiting);
		else {
			// Its successor denies it: it does not testify against the record before.
			if (sequence > placed.head.sequence + 1) confirm(waiting);
			else {
				pending = undefined;
				advance(waiting);
			}
			placed.blame(() => report("edited", sequence, place));
		}
		return false;
	};

	const receiveIntact = (reading: Reading): void => {
		if (pending !== undefined && decide(pending, reading)) return;
		const { sequence, previousHash, place } = reading;
		const next = placed.head.sequence + 1;
		if (isNext(reading)) advance(reading);
		else if (names(placed.head, reading)) occupy(reading, report("edited", next, place));
		else if (sequence === next && (sequence === 1) !== (previousHash === undefined))
			occupy(reading, report("edited", next, place));
		else if (sequence < next) late(reading);
		else if (sequence === next) pending = reading;
		else crossGap(reading);
	};

	const crossGap = (reading: Reading): void => {
		const { sequence, previousHash, ordinal, place } = reading;
		const from = placed.head.sequence + 1;
		const to = sequence - 1;
		// What is missing at the beginning may have been pruned, which is known at the end only.
		const lists = placed.head === START ? [] : [strays, context.strays];
		const found = lists.flatMap((list) => list.take(placed.head.ordinal, ordinal));
		const explained = explain(found, streamId, from, to);
		if (explained === 0) {
			pending = reading;
			return;
		}
		if (from + explained <= to)
			gaps.open({ from: from + explained, to, before: [], after: previousHash, place });
		placed.enter(reading, sequence);
	};

	const receiveDamaged = (reading: Reading): void => {
		if (pending !== undefined) {
			if (isNear(jointAfter(placed.head, pending, pending.sequence), reading)) confirm(pending);
			else if (isNear(placed.head, reading)) setAside(pending);
		}
		if (pending === undefined && isNear(placed.head, reading))
			occupy(reading, report("edited", placed.head.sequence + 1, reading.place));
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
			return placed.head;
		},
		get records() {
			return records();
		},
		get first() {
			return placed.first;
		},
		get suspect() {
			return placed.suspect;
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
				if (end !== undefined && pending.sequence > end) placed.misplaced(pending);
				else confirm(pending);
				pending = undefined;
			}
			placed.checkAnchor();
			const from = placed.head.sequence + 1;
			judgeTail(streamId, faults, {
				from,
				last: known.last,
				records: records(),
				strays: strays.takeAll(),
			});
			placed.finish();
			if (end !== undefined) judgeBeyond(streamId, faults, placed, end);
		},
	};

	function finishHead(prunedTo: number): void {
		const ordinal = placed.first?.ordinal;
		if (headMissing === undefined || ordinal === undefined) return;
		judgeHead(streamId, faults, {
			missing: headMissing,
			prunedTo,
			strays: headStrays,
			foreign: () => context.strays.take(0, ordinal),
		});
	}
}
