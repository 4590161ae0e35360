import type { NewEvent } from "@mcp-trail/event";
import type { Digester } from "./digester.ts";
import type { Decision, Policy } from "./policy.ts";
import type { Position, TrailHealth } from "./trail.ts";

/** How one sink is doing. */
export interface LaneHealth {
	readonly sink: string;
	/** `holding` = an operator must act; see `lastError`. */
	readonly state: "delivering" | "retrying" | "holding" | "closed";
	/** Recorded but not yet delivered here. */
	readonly lagEvents: number;
	readonly delivered: number;
	/** Dead-lettered. */
	readonly refused: number;
	readonly retries: number;
	readonly lastError?: { readonly code: string; readonly message: string };
}

/** How an audit is doing. */
export interface Health {
	/** `opening` until `ready`, `failed` when the trail could not be opened. */
	readonly state: "opening" | "open" | "failed" | "closing" | "closed";
	/** Durable, the trail's own events included. */
	readonly recorded: number;
	/** Handed over, but could not be kept. */
	readonly lost: number;
	/** Handed over, not yet durable. */
	readonly queued: number;
	readonly trail?: TrailHealth;
	readonly lanes: readonly LaneHealth[];
}

/** What became of everything recorded, said when an audit closes. */
export interface CloseReport {
	/** Durable, the trail's own events included. */
	readonly recorded: number;
	readonly lost: number;
	/** Events by sink that were not delivered before the deadline; they stay in the trail. */
	readonly undelivered: Readonly<Record<string, number>>;
	readonly head?: { readonly streamId: string; readonly sequence: number; readonly hash: string };
	/** False: the deadline passed before everything was written and closed. */
	readonly clean: boolean;
}

/** The object that everyone holds: takes events and carries them to the trail and to every sink. */
export interface Audit {
	/** Resolves when the trail is open; never rejects: see {@link Health.state} and `onError`. */
	readonly ready: Promise<void>;
	readonly policy: Policy;
	readonly digester: Digester;
	/** Aborts when {@link Audit.close} begins, while events are still accepted: the last call for what is being counted. */
	readonly closing?: AbortSignal;
	/** Observes: never throws, never waits. What cannot be kept becomes `trail.lost`. */
	record(event: NewEvent, decision?: Decision): void;
	/**
	 * Strict: resolves when the event is durable and has reached `need.sinks` sinks that acknowledge, or rejects
	 * with an error whose `code` is in docs/errors.md. `signal` counts until the event is handed to the trail:
	 * aborted before, nothing is recorded; after that only `need.withinMs` ends the wait, and the event stays.
	 */
	secure(
		event: NewEvent,
		need: { readonly sinks: number; readonly withinMs: number },
		signal: AbortSignal,
		decision?: Decision,
	): Promise<Position>;
	health(): Health;
	/** Resolves when everything recorded so far is durable and delivered (or a dead letter), rejects when the signal aborts first. */
	flush(signal: AbortSignal): Promise<void>;
	/**
	 * Stops accepting, records `trail.stopped`, flushes the trail, drains every lane once, closes the sinks, closes
	 * the trail, in this order; never rejects. Ends when the signal aborts, without one after `closeTimeoutMs`. A
	 * second call gets the same report.
	 */
	close(signal?: AbortSignal): Promise<CloseReport>;
	/**
	 * For a process that ends without waiting (a listener of `exit`, where no promise is kept any more): stores what
	 * waits, records `trail.stopped` and ends the stream before it returns. Never throws. Sinks get what is left from
	 * the next process that opens the trail. Does nothing after {@link Audit.close} is done, nor for a trail that
	 * keeps nothing.
	 */
	closeSync(): void;
}
