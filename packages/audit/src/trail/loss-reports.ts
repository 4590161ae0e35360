import type { System } from "../system.ts";

/** When a `trail.lost` is to be written. */
export interface LossReports {
	/** True if losses are to be told now. */
	due(): boolean;
	/** What is lost is being told; where there is no room for anything else, the next time is far off. */
	begin(full: boolean): void;
	/** There was no room for a report: another comes at its time. */
	unfit(): void;
	/** A write failed, and what it told with it. */
	failed(): void;
	/** There is room again: the next report need not wait for long; schedule it anew. */
	roomChanged(): void;
	/** Sees to it that losses are told in time, though nothing else is written. */
	schedule(): void;
	/** From now on what is left is told at once, and once. */
	close(): void;
}

/** A `trail.lost` at most so often, and while there is no room for anything else. */
const REPORT_MS = 1_000;
const REPORT_WHEN_FULL_MS = 60_000;

/** Decides when losses are told; `pending` says whether there are any that can be, `wake` is called when they are due. */
export function lossReports(
	{ clock, timers }: Pick<System, "clock" | "timers">,
	pending: () => boolean,
	wake: () => void,
): LossReports {
	let nextMs = 0;
	let closing = false;
	let lastFailed = false;
	let cancelTimer: (() => void) | undefined;
	/** For waiting: the other clock may be set back. */
	const monotonicMs = (): number => clock.monotonicUs() / 1000;
	return {
		due() {
			if (!pending()) return false;
			// Losses of the last moment are told once more while closing; more often would not end.
			if (closing) return !lastFailed;
			return monotonicMs() >= nextMs;
		},
		begin(full) {
			nextMs = monotonicMs() + (full ? REPORT_WHEN_FULL_MS : REPORT_MS);
		},
		unfit() {
			lastFailed = true;
		},
		failed() {
			lastFailed = true;
			nextMs = monotonicMs() + REPORT_MS;
		},
		roomChanged() {
			nextMs = Math.min(nextMs, monotonicMs() + REPORT_MS);
			// What was to wake for the next time as it was comes too late; it is scheduled anew.
			cancelTimer?.();
			cancelTimer = undefined;
		},
		schedule() {
			if (cancelTimer !== undefined || closing) return;
			const waitMs = Math.max(REPORT_MS, nextMs - monotonicMs());
			const fire = (): void => {
				cancelTimer = undefined;
				wake();
			};
			cancelTimer = timers.after(waitMs, fire, { ref: false });
		},
		close() {
			closing = true;
			lastFailed = false;
			cancelTimer?.();
		},
	};
}
