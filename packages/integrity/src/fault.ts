/** What can be wrong with a trail. */
export type FaultClass =
	/** A record's bytes do not give the hash that it, or its successor, states. */
	| "edited"
	/** Numbers are missing between two records. */
	| "removed"
	/** A record that belongs nowhere. */
	| "inserted"
	/** A record stands after the one that follows it. */
	| "reordered"
	/** A stream does not begin with record 1, and no `trail.pruned` says why. */
	| "head_missing"
	/** A stream ends before a record that is known to have existed. */
	| "tail_missing"
	/** One number, two records. */
	| "forked"
	/** A record stands twice. */
	| "duplicate"
	/** A record of one stream stands in another. */
	| "wrong_stream"
	/** A line that is no record. */
	| "malformed";

/** More about a fault, where its class leaves something open. */
export type FaultDetail =
	/** malformed: the input ends within the line. */
	| "torn"
	/** malformed: longer than `maxLineBytes`. */
	| "too_long"
	/** malformed: the line feed between two records is missing. */
	| "joined"
	/** duplicate: repeated from so far back that it may as well be a fork. */
	| "too_far_back"
	/** tail_missing: nothing of the stream is there. */
	| "stream_missing"
	/** edited: found damaged, and removed since to make room, as a `trail.pruned` says. */
	| "pruned";

/** Where in the input something stands. */
export interface Place {
	/** {@link Source.name} */
	readonly file?: string;
	/** From 1, within its source. */
	readonly line: number;
	/** Of the line's first byte, from 0, within its source. */
	readonly byteOffset: number;
}

/** One thing wrong with a trail, and where. */
export interface Fault {
	readonly class: FaultClass;
	readonly detail?: FaultDetail;
	readonly streamId?: string;
	/** The record meant; the first of them where `lastSequence` is there; absent where no number can be told. */
	readonly sequence?: number;
	readonly lastSequence?: number;
	/** Absent where the fault is that nothing stands there. */
	readonly place?: Place;
}

/** A fault that later lines may still explain better. */
export type OpenFault = { -readonly [Member in keyof Fault]: Fault[Member] };

/** Makes a fault one of the records `from..to`. */
export function setRange(fault: OpenFault, from: number, to: number): OpenFault {
	fault.sequence = from;
	if (to > from) fault.lastSequence = to;
	else delete fault.lastSequence;
	return fault;
}

/** Counts all faults, lists the first ones. */
export interface FaultList {
	readonly count: number;
	add(fault: Fault): OpenFault;
	/** Takes back a fault that turned out to be none. */
	drop(fault: OpenFault): void;
	rename(fault: OpenFault, to: FaultClass): void;
	countsByClass(): Readonly<Partial<Record<FaultClass, number>>>;
	listed(): readonly Fault[];
}

export function faultList(maxListed: number): FaultList {
	const counts = new Map<FaultClass, number>();
	const listed = new Set<OpenFault>();
	let count = 0;
	const tally = (of: FaultClass, by: number): void => {
		counts.set(of, (counts.get(of) ?? 0) + by);
		count += by;
	};
	return {
		get count() {
			return count;
		},
		add(fault) {
			const open: OpenFault = { ...fault };
			tally(open.class, 1);
			if (listed.size < maxListed) listed.add(open);
			return open;
		},
		drop(fault) {
			tally(fault.class, -1);
			listed.delete(fault);
		},
		rename(fault, to) {
			tally(fault.class, -1);
			tally(to, 1);
			fault.class = to;
		},
		countsByClass: () => Object.fromEntries([...counts].filter(([, number]) => number > 0)),
		listed: () => [...listed],
	};
}
