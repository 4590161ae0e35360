import type { Audit } from "@mcp-trail/audit";
import { inMemberOrder, timeText, type KnownType, type NewEvent } from "@mcp-trail/event";

/** Records what a peer can send without end: alike events share one that says how many they were. */
export interface Folding {
	/** Records the first of its kind at once; those alike that follow within the window share one event. Without an owner, nothing ends it early. */
	add(type: KnownType, alike: string, owner: object | undefined, make: () => NewEvent): void;
	/** A number by which one owner is told from all others of the audit. */
	numberOf(owner: object): number;
	/** Records at once what is being counted for one owner. */
	flush(owner: object): void;
}

interface Kind {
	readonly owner: object | undefined;
	/** The first of those counted, and when it and the last of them came. */
	first: NewEvent | undefined;
	count: number;
	lastMs: number;
}

const WINDOW_MS = 10_000;
/** Kinds that are told apart at a time; beyond, all of a type are one kind. */
const MAX_KINDS = 256;

/** Makes the folding of one audit; its one timer does not keep the process alive. */
function folding(audit: Audit): Folding {
	const kinds = new Map<string, Kind>();
	const numbers = new WeakMap<object, number>();
	let next = 1;
	let timer: NodeJS.Timeout | undefined;

	function say(kind: Kind): void {
		const { first, count, lastMs } = kind;
		kind.first = undefined;
		kind.count = 0;
		if (first === undefined) return;
		const { time } = first;
		const many = { ...first, time: timeText(lastMs), ...(time && { start_time: time }), count };
		audit.record(count === 1 ? first : inMemberOrder(many));
	}

	function stop(): void {
		clearInterval(timer);
		timer = undefined;
		audit.closing?.removeEventListener("abort", flushAll);
	}

	function flushAll(): void {
		for (const kind of kinds.values()) say(kind);
		kinds.clear();
		stop();
	}

	function windowEnds(): void {
		for (const [key, kind] of kinds) {
			if (kind.count === 0) kinds.delete(key);
			else say(kind);
		}
		if (kinds.size === 0) stop();
	}

	function start(): void {
		timer = setInterval(windowEnds, WINDOW_MS);
		timer.unref();
		// Before the audit stops to accept, what is being counted is said.
		audit.closing?.addEventListener("abort", flushAll);
	}

	return {
		add(type, alike, owner, make) {
			let key = `${type} ${alike}`;
			const crowded = kinds.size >= MAX_KINDS && !kinds.has(key);
			if (crowded) key = type;
			const kind = kinds.get(key);
			if (kind === undefined) {
				kinds.set(key, {
					owner: crowded ? undefined : owner,
					first: undefined,
					count: 0,
					lastMs: 0,
				});
				if (timer === undefined) start();
				return audit.record(make());
			}
			kind.count++;
			kind.lastMs = Date.now();
			kind.first ??= make();
		},
		numberOf(owner) {
			let number = numbers.get(owner);
			if (number === undefined) numbers.set(owner, (number = next++));
			return number;
		},
		flush(owner) {
			for (const [key, kind] of kinds) {
				if (kind.owner !== owner) continue;
				say(kind);
				kinds.delete(key);
			}
			if (kinds.size === 0) stop();
		},
	};
}

const foldings = new WeakMap<Audit, Folding>();

/** The folding of an audit: one, however many servers record into it. */
export function foldingOf(audit: Audit): Folding {
	let found = foldings.get(audit);
	if (found === undefined) foldings.set(audit, (found = folding(audit)));
	return found;
}
