import type { Timers } from "../system.ts";

/** What {@link within} resolves to when time is up. */
export const late: unique symbol = Symbol("late");

/** Settles as `work` does, or resolves `late` after `ms` or once `signal` aborts; its timer keeps the process alive. */
export function within<T>(
	timers: Timers,
	ms: number,
	work: Promise<T>,
	signal?: AbortSignal,
): Promise<T | typeof late> {
	return new Promise((resolve, reject) => {
		const finish = (): void => {
			cancel();
			signal?.removeEventListener("abort", onLate);
		};
		const onLate = (): void => {
			finish();
			resolve(late);
		};
		const cancel = timers.after(ms, onLate, { ref: true });
		if (signal?.aborted === true) onLate();
		else signal?.addEventListener("abort", onLate, { once: true });
		// First the timer goes, then the caller goes on. What fails too late is handled here, or it would end the process.
		work.finally(finish).then(resolve, reject);
	});
}

/** Resolves after `ms`, or at once when a signal aborts; the process may leave meanwhile. */
export function pause(timers: Timers, ms: number, ...signals: AbortSignal[]): Promise<void> {
	return new Promise((resolve) => {
		const done = (): void => {
			cancel();
			for (const signal of signals) signal.removeEventListener("abort", done);
			resolve();
		};
		const cancel = timers.after(ms, done, { ref: false });
		if (signals.some((signal) => signal.aborted)) return done();
		for (const signal of signals) signal.addEventListener("abort", done, { once: true });
	});
}

/** Settles as `work` does, or resolves `late` once the signal aborts. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | typeof late> {
	return new Promise((resolve, reject) => {
		const onAbort = (): void => resolve(late);
		if (signal.aborted) onAbort();
		else signal.addEventListener("abort", onAbort, { once: true });
		work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
	});
}
