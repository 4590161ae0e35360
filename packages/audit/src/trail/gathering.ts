import type { AuditEvent } from "@mcp-trail/event";
import type { Timers } from "../system.ts";
import type { QueueLimits } from "./store.ts";

/** For so long at most an event waits for others that nobody waits for either. */
const GATHER_MS = 10;
/** So many events, or bytes of them, are worth a write of their own. */
const GATHERED_EVENTS = 256;
const GATHERED_BYTES = 256 * 1024;

/** Decides when what waits is written: a write of its own for each event costs more than the event. */
export interface Gathering {
	/** Everything up to this event, counted from the first ever appended, is written without delay. */
	urge(count: number): void;
	/** True if what waits is to be written now; `taken` events were appended and are no longer waiting. */
	due(taken: number, waitingEvents: number, waitingBytes: number): boolean;
	/** Sees to it that what waits is not forgotten. */
	arm(): void;
	cancel(): void;
}

/** What is about to act, and what matters most, is not kept waiting in memory. */
export const isUrgent = ({ phase, severity }: AuditEvent): boolean =>
	phase === "intent" || severity === "high" || severity === "critical";

/** Gathers for a few milliseconds; `wake` is called when they are over. */
export function gathering(
	timers: Timers,
	limits: Pick<QueueLimits, "maxQueueEvents" | "maxQueueBytes">,
	wake: () => void,
): Gathering {
	// A small queue is not filled up for the sake of it.
	const enoughEvents = Math.min(GATHERED_EVENTS, Math.ceil(limits.maxQueueEvents / 2));
	const enoughBytes = Math.min(GATHERED_BYTES, Math.ceil(limits.maxQueueBytes / 2));
	let urged = 0;
	let cancelTimer: (() => void) | undefined;
	const over = (): void => {
		cancelTimer = undefined;
		wake();
	};
	return {
		urge(count) {
			urged = count;
		},
		due: (taken, waitingEvents, waitingBytes) =>
			waitingEvents > 0 &&
			(urged > taken || waitingEvents >= enoughEvents || waitingBytes >= enoughBytes),
		arm() {
			// It keeps the process: a program that comes to its end has written what it recorded.
			cancelTimer ??= timers.after(GATHER_MS, over, { ref: true });
		},
		cancel() {
			cancelTimer?.();
			cancelTimer = undefined;
		},
	};
}
