import type { Decision } from "@mcp-trail/audit";
import { inMemberOrder, timeText, type NewEvent } from "@mcp-trail/event";

/** An event, and what was decided about it; nothing, where no rule is asked. */
interface Made {
	readonly event: NewEvent;
	readonly decision?: Decision;
}

/** One thing that a peer can do without end, and what it may be counted with. */
interface Counted {
	/** Those with the same key share an event. */
	readonly key: string;
	/** The same without anything that a peer chooses: at the table's limit these share an event. */
	readonly coarseKey: string;
	/** The operation it belongs to: what is counted over several names none. */
	readonly within?: string | undefined;
	/** Whose end ends the counting, too. */
	readonly owner?: object | undefined;
	readonly startMs: number;
	readonly endMs: number;
	/** Builds the event; `coarse`: without anything that a peer chooses. */
	build(coarse: boolean): Made;
}

/** Counts what is alike, so that a flood does not buy thirty times its size in records. */
export interface Floods {
	take(one: Counted): void;
	/** Writes what was counted so far; of one owner, and forgets it, or of all. */
	flush(owner?: object): void;
}

interface Count {
	readonly count: number;
	readonly startMs: number;
	readonly endMs: number;
}

interface Kind extends Count {
	readonly owner: object | undefined;
	count: number;
	endMs: number;
	startMs: number;
	/** The operation of all that were counted so far. */
	within: string | undefined;
	first: Made | undefined;
}

/** Without what is said of the one operation that it belongs to. */
function ofNone({ event, decision }: Made): Made {
	const { operation: _operation, trace: _trace, ...rest } = event;
	return { event: rest, ...(decision && { decision }) };
}

/** What is written of many that are alike: the first of them as it was, with how many there were and until when. */
export function summed(first: NewEvent, { count, startMs, endMs }: Count): NewEvent {
	if (count === 1) return first;
	const { duration_us: _ofTheFirst, ...event } = first;
	return inMemberOrder({
		...event,
		time: timeText(endMs),
		start_time: timeText(startMs),
		count,
	});
}

/**
 * Writes the first of each kind at once, and what follows it within a window as one event with `count`. Beyond
 * `maxKinds` kinds in one window, events are shared by outcome alone. From the moment `closing` is aborted nothing is
 * held back. Its timer does not keep the process alive.
 */
export function floods(options: {
	readonly windowMs: number;
	readonly maxKinds: number;
	readonly write: (event: NewEvent, decision: Decision | undefined) => void;
	readonly closing?: AbortSignal | undefined;
}): Floods {
	const { windowMs, maxKinds, write, closing } = options;
	const kinds = new Map<string, Kind>();
	const coarse = new Map<string, Kind>();
	let timer: NodeJS.Timeout | undefined;

	function writeKind(kind: Kind): void {
		const { first } = kind;
		if (first === undefined) return;
		const event = summed(first.event, kind);
		kind.count = 0;
		kind.first = undefined;
		write(event, first.decision);
	}

	function writeOut(table: Map<string, Kind>): void {
		for (const [key, kind] of table) {
			if (kind.first === undefined) table.delete(key);
			else writeKind(kind);
		}
	}

	function stop(): void {
		clearTimeout(timer);
		timer = undefined;
	}

	function arm(): void {
		if (timer !== undefined || kinds.size + coarse.size === 0) return;
		timer = setTimeout(() => {
			timer = undefined;
			writeAll();
		}, windowMs);
		timer.unref();
	}

	function writeAll(): void {
		writeOut(kinds);
		writeOut(coarse);
		arm();
	}

	function flushOwner(owner: object): void {
		for (const [key, kind] of kinds) {
			if (kind.owner !== owner) continue;
			writeKind(kind);
			kinds.delete(key);
		}
		if (kinds.size + coarse.size === 0) stop();
	}

	// Before the audit stops to accept, what is being counted is written.
	closing?.addEventListener(
		"abort",
		() => {
			writeOut(kinds);
			writeOut(coarse);
			kinds.clear();
			coarse.clear();
			stop();
		},
		{ once: true },
	);

	return {
		take(one) {
			const isCoarse = !kinds.has(one.key) && kinds.size >= maxKinds;
			const table = isCoarse ? coarse : kinds;
			const key = isCoarse ? one.coarseKey : one.key;
			const kind = table.get(key);
			if (kind === undefined) {
				// First of all: one that cannot be built is not what later ones are counted with.
				const { event, decision } = one.build(isCoarse);
				if (closing?.aborted !== true) {
					const owner = isCoarse ? undefined : one.owner;
					table.set(key, {
						owner,
						count: 0,
						startMs: 0,
						endMs: 0,
						within: undefined,
						first: undefined,
					});
					arm();
				}
				write(event, decision);
				return;
			}
			if (kind.first === undefined) {
				kind.first = one.build(isCoarse);
				kind.startMs = one.startMs;
				kind.endMs = one.endMs;
				kind.within = one.within;
			} else if (kind.within !== one.within) {
				kind.first = ofNone(kind.first);
			}
			kind.count++;
			kind.endMs = Math.max(kind.endMs, one.endMs);
		},
		flush(owner) {
			if (owner !== undefined) return flushOwner(owner);
			stop();
			writeAll();
		},
	};
}
