import type { Audit, Health, LaneHealth } from "@mcp-trail/audit";

/** What the sinks of one name have done, and how they are doing. */
interface SinkTotals {
	readonly delivered: number;
	readonly refused: number;
	readonly retries: number;
	readonly lag: number;
	/** How many of them are in which state. */
	readonly states: Readonly<Record<LaneHealth["state"], number>>;
}

/** What the audits of a process have done, and how they are doing. */
interface TrailTotals {
	readonly recorded: number;
	readonly lost: number;
	readonly queued: number;
	/** Absent while no trail is open. */
	readonly storage?: { readonly stored: number; readonly limit: number };
	readonly sinks: ReadonlyMap<string, SinkTotals>;
}

/** The audits of a process, as sums: two of them are no reason for two metrics. */
export interface TrailSums {
	add(audit: Pick<Audit, "health">): void;
	totals(): TrailTotals;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
interface Sums extends Omit<Writable<TrailTotals>, "storage" | "sinks"> {
	storage?: Writable<NonNullable<TrailTotals["storage"]>>;
	readonly sinks: Map<string, SinkTotals>;
}

const NO_STATES = { delivering: 0, retrying: 0, holding: 0, closed: 0 } as const;
const NEW_SINK: SinkTotals = { delivered: 0, refused: 0, retries: 0, lag: 0, states: NO_STATES };

function book(sums: Sums, { recorded, lost, queued, trail, lanes }: Health, ended: boolean): void {
	sums.recorded += recorded;
	sums.lost += lost;
	if (!ended) sums.queued += queued;
	if (trail !== undefined && !ended) {
		sums.storage ??= { stored: 0, limit: 0 };
		sums.storage.stored += trail.storedBytes;
		sums.storage.limit += trail.maxBytes;
	}
	for (const { sink, delivered, refused, retries, lagEvents, state } of lanes) {
		const sum = sums.sinks.get(sink) ?? NEW_SINK;
		sums.sinks.set(sink, {
			delivered: sum.delivered + delivered,
			refused: sum.refused + refused,
			retries: sum.retries + retries,
			lag: sum.lag + (ended ? 0 : lagEvents),
			states: ended ? sum.states : { ...sum.states, [state]: sum.states[state] + 1 },
		});
	}
}

const copied = (sums: Sums): Sums => ({ ...sums, sinks: new Map(sums.sinks) });

/** Sums over audits; one that is closed leaves what it did, so that no counter falls, and is let go. */
export function trailSums(): TrailSums {
	const live = new Set<Pick<Audit, "health">>();
	const ended: Sums = { recorded: 0, lost: 0, queued: 0, sinks: new Map() };
	return {
		add: (audit) => void live.add(audit),
		totals() {
			const open: Health[] = [];
			for (const audit of live) {
				const health = audit.health();
				if (health.state === "closed") {
					book(ended, health, true);
					live.delete(audit);
				} else open.push(health);
			}
			const sums = copied(ended);
			for (const health of open) book(sums, health, false);
			return sums;
		},
	};
}
