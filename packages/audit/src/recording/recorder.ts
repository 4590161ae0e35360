import type { AuditEvent, NewEvent } from "@mcp-trail/event";
import { AuditError, messageOf } from "../audit-error.ts";
import type { System } from "../system.ts";
import type { LossCause, Position, Trail } from "../trail.ts";
import { lossEvent } from "../trail/own-events.ts";
import { unwaitedOf, type AppendUnwaited, type Receipt } from "../trail/unwaited.ts";

export interface RecorderOptions {
	readonly system: System;
	/** Events accepted and not yet durable. */
	readonly maxEvents: number;
	/** Their size, by {@link weigh}. */
	readonly maxBytes: number;
	onError(error: AuditError): void;
}

/** Hands events to the trail and counts what cannot be kept; the bound of observe mode's memory. */
export interface Recorder {
	/** Takes an event without waiting; at the bound it is dropped and counted. */
	take(event: AuditEvent, acting: boolean, bytes: number): void;
	/** Appends an event past the bound, for those who wait: strict mode and the trail's own events. */
	append(event: AuditEvent, as: "acting" | "own" | "retried"): Promise<Position>;
	/** Counts an event that could not be kept. */
	lose(cause: LossCause, acting: boolean, why: string): void;
	/** Gives the recorder its trail: `first` appends what comes first, then what waited follows, in order. */
	open(trail: Trail, first: () => void): void;
	/** There will be no trail: everything is counted as lost. */
	fail(): void;
	/** Nothing is taken any more. */
	stop(): void;
	/** Gives up what waits for a trail, what it lost included; undefined where it has its trail. */
	leave(): readonly NewEvent[] | undefined;
	counts(): { readonly recorded: number; readonly lost: number; readonly queued: number };
}

/** Share of the bound that is kept for calls that act. */
const RESERVE = 0.05;
/** Between two reports of lost events. */
const REPORT_EVERY_MS = 10_000;

interface Waiting {
	readonly event: AuditEvent;
	readonly acting: boolean;
	readonly bytes: number;
}

const causes: readonly LossCause[] = [
	"buffer_full",
	"disk_full",
	"write_failed",
	"invalid_event",
	"other",
];

/** Why an append failed, by shape. */
function causeOf(error: unknown): LossCause | undefined {
	const cause: unknown =
		typeof error === "object" && error !== null ? Reflect.get(error, "lossCause") : undefined;
	return causes.find((known) => known === cause);
}

const ACTING = Object.freeze({ reserve: true, acting: true });
const OBSERVED = Object.freeze({ reserve: false, acting: false });
/** How an event is appended by those who wait; `retried` = they try again, a rejection is no loss. */
const appendAs = Object.freeze({
	acting: ACTING,
	own: Object.freeze({ reserve: true, acting: false }),
	retried: Object.freeze({ reserve: true, acting: false, retried: true }),
});

/** Makes a recorder without a trail: what it takes waits, within the bound, until {@link Recorder.open}. */
export function recorder(options: RecorderOptions): Recorder {
	const { system, maxEvents, maxBytes } = options;
	let state: "waiting" | "open" | "failed" | "stopped" = "waiting";
	let trail: Trail | undefined;
	let unwaited: AppendUnwaited | undefined;
	let waiting: Waiting[] = [];
	let early = new Map<
		LossCause,
		{ events: number; actingEvents: number; sinceMs: number; untilMs: number }
	>();
	let pendingEvents = 0;
	let pendingBytes = 0;
	let recorded = 0;
	let lost = 0;
	let reportedAtMs = Number.NEGATIVE_INFINITY;
	let reportedLost = 0;

	const report = (why: string): void => {
		lost += 1;
		const nowMs = system.clock.nowMs();
		if (nowMs - reportedAtMs < REPORT_EVERY_MS) return;
		const many = lost - reportedLost;
		reportedAtMs = nowMs;
		reportedLost = lost;
		options.onError(
			new AuditError(
				"event_lost",
				`${many} event${many === 1 ? "" : "s"} lost (${lost} in all): ${why}; see health()`,
			),
		);
	};

	const lose = (cause: LossCause, acting: boolean, why: string): void => {
		const nowMs = system.clock.nowMs();
		if (trail === undefined) {
			const sum = early.get(cause) ?? {
				events: 0,
				actingEvents: 0,
				sinceMs: nowMs,
				untilMs: nowMs,
			};
			sum.events += 1;
			sum.actingEvents += acting ? 1 : 0;
			sum.untilMs = nowMs;
			early.set(cause, sum);
		} else {
			const actingEvents = acting ? 1 : 0;
			trail.lost({ events: 1, actingEvents, cause, sinceMs: nowMs, untilMs: nowMs });
		}
		report(why);
	};

	const release = (bytes: number): void => {
		pendingEvents -= 1;
		pendingBytes -= bytes;
	};

	/** What the trail refused: it has counted that itself where it names a cause. */
	const refusedBy = (error: unknown, acting: boolean): void => {
		if (causeOf(error) === undefined) lose("other", acting, messageOf(error));
		else report(messageOf(error));
	};

	const refused = (error: unknown, acting: boolean, bytes: number): void => {
		release(bytes);
		refusedBy(error, acting);
	};
	/** One for all events: nothing is made for each. */
	const receipt: Receipt = {
		stored(bytes) {
			release(bytes);
			recorded += 1;
		},
		refused: (bytes, acting, error) => refused(error, acting, bytes),
	};

	const hand = (into: Trail, event: AuditEvent, acting: boolean, bytes: number): void => {
		try {
			if (unwaited !== undefined) {
				// At half of the bound there is nothing to gather for.
				const urgent = pendingEvents * 2 > maxEvents || pendingBytes * 2 > maxBytes;
				return unwaited(event, receipt, acting, bytes, urgent);
			}
			into.append(event, acting ? ACTING : OBSERVED).then(
				() => receipt.stored(bytes),
				(error: unknown) => refused(error, acting, bytes),
			);
		} catch (error) {
			refused(error, acting, bytes);
		}
	};

	return {
		take(event, acting, bytes) {
			if (state === "stopped" || state === "failed") {
				return lose(
					"other",
					acting,
					state === "failed" ? "the trail is not open" : "the audit is closed",
				);
			}
			const share = acting ? 1 : 1 - RESERVE;
			if (pendingEvents + 1 > maxEvents * share || pendingBytes + bytes > maxBytes * share) {
				return lose("buffer_full", acting, "more is recorded than the trail can write");
			}
			pendingEvents += 1;
			pendingBytes += bytes;
			if (trail === undefined) waiting.push({ event, acting, bytes });
			else hand(trail, event, acting, bytes);
		},
		async append(event, as) {
			if (trail === undefined) throw new AuditError("trail_failed", "the trail is not open");
			pendingEvents += 1;
			try {
				const position = await trail.append(event, appendAs[as]);
				recorded += 1;
				return position;
			} catch (error) {
				if (as !== "retried") refusedBy(error, as === "acting");
				throw error;
			} finally {
				pendingEvents -= 1;
			}
		},
		lose,
		open(opened, first) {
			trail = opened;
			unwaited = unwaitedOf(opened);
			first();
			if (state === "waiting") state = "open";
			for (const [cause, loss] of early) opened.lost({ ...loss, cause });
			early = new Map();
			const queue = waiting;
			waiting = [];
			for (const { event, acting, bytes } of queue) hand(opened, event, acting, bytes);
		},
		fail() {
			state = "failed";
			const queue = waiting;
			waiting = [];
			pendingEvents = 0;
			pendingBytes = 0;
			for (const { acting } of queue) lose("other", acting, "the trail could not be opened");
		},
		stop() {
			state = "stopped";
		},
		leave() {
			if (trail !== undefined) return undefined;
			let total = 0;
			const losses = [...early].map(([cause, loss]) => {
				total += loss.events;
				return lossEvent({ ...loss, cause }, total);
			});
			const left = [...waiting.map(({ event }) => event), ...losses];
			waiting = [];
			early = new Map();
			return left;
		},
		counts: () => ({ recorded, lost, queued: pendingEvents }),
	};
}
