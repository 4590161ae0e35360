import type { Decision } from "@mcp-trail/audit";
import { inMemberOrder, timeText, type NewEvent } from "@mcp-trail/event";

/** One refusal, and what it may be counted with. */
interface Counted {
	/** Refusals with the same key share an event. */
	readonly key: string;
	/** The same without anything that a peer chooses: at the table's limit these share an event. */
	readonly coarseKey: string;
	readonly startMs: number;
	readonly endMs: number;
	/** Builds the event; `coarse`: without anything that a peer chooses. */
	build(coarse: boolean): { readonly event: NewEvent; readonly decision: Decision };
}

/** Counts refusals that are alike, so that a flood does not buy thirty times its size in records. */
export interface Floods {
	take(refusal: Counted): void;
	/** Writes what was counted so far. */
	flush(): void;
}

interface Kind {
	count: number;
	endMs: number;
	startMs: number;
	first: { readonly event: NewEvent; readonly decision: Decision } | undefined;
}

/** What is written of a kind: the first of its window as it was, with how many there were and until when. */
function summed({ count, startMs, endMs }: Kind, first: NewEvent): NewEvent {
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
 * `maxKinds` kinds in one window, refusals share an event by outcome alone.
 */
export function floods(options: {
	readonly windowMs: number;
	readonly maxKinds: number;
	readonly write: (event: NewEvent, decision: Decision) => void;
}): Floods {
	const { windowMs, maxKinds, write } = options;
	const kinds = new Map<string, Kind>();
	const coarse = new Map<string, Kind>();
	let timer: NodeJS.Timeout | undefined;

	function writeOut(table: Map<string, Kind>): void {
		for (const [key, kind] of table) {
			const { first } = kind;
			if (first === undefined) {
				table.delete(key);
				continue;
			}
			const event = summed(kind, first.event);
			kind.count = 0;
			kind.first = undefined;
			write(event, first.decision);
		}
	}

	function sweep(): void {
		timer = undefined;
		writeOut(kinds);
		writeOut(coarse);
		arm();
	}

	function arm(): void {
		if (timer !== undefined || kinds.size + coarse.size === 0) return;
		timer = setTimeout(sweep, windowMs);
		timer.unref();
	}

	return {
		take(refusal) {
			const isCoarse = !kinds.has(refusal.key) && kinds.size >= maxKinds;
			const table = isCoarse ? coarse : kinds;
			const key = isCoarse ? refusal.coarseKey : refusal.key;
			const kind = table.get(key);
			if (kind === undefined) {
				// First of all: one that cannot be built is not what later ones are counted with.
				const { event, decision } = refusal.build(isCoarse);
				table.set(key, { count: 0, startMs: 0, endMs: 0, first: undefined });
				arm();
				write(event, decision);
				return;
			}
			if (kind.first === undefined) {
				kind.first = refusal.build(isCoarse);
				kind.startMs = refusal.startMs;
			}
			kind.count++;
			kind.endMs = Math.max(kind.endMs, refusal.endMs);
		},
		flush() {
			clearTimeout(timer);
			timer = undefined;
			writeOut(kinds);
			writeOut(coarse);
			arm();
		},
	};
}
