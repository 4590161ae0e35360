/** Wakes whoever waits for a change. */
export interface Notifier {
	notify(): void;
	/** Resolves at the next change or after `timeoutMs`; rejects with the signal's reason. */
	wait(signal: AbortSignal, timer?: (wake: () => void) => () => void): Promise<void>;
}

/** Makes a notifier without waiters. */
export function notifier(): Notifier {
	let waiting = new Set<() => void>();
	return {
		notify() {
			if (waiting.size === 0) return;
			const wake = waiting;
			waiting = new Set();
			for (const resolve of wake) resolve();
		},
		wait(signal, timer) {
			return new Promise((resolve, reject) => {
				if (signal.aborted) {
					reject(reasonError(signal));
					return;
				}
				let cancel: (() => void) | undefined;
				const leave = (): void => {
					waiting.delete(woken);
					cancel?.();
					signal.removeEventListener("abort", aborted);
				};
				const woken = (): void => {
					leave();
					resolve();
				};
				const aborted = (): void => {
					leave();
					reject(reasonError(signal));
				};
				waiting.add(woken);
				signal.addEventListener("abort", aborted, { once: true });
				cancel = timer?.(woken);
			});
		},
	};
}

function reasonError(signal: AbortSignal): Error {
	const reason: unknown = signal.reason;
	return reason instanceof Error ? reason : new Error("The wait was aborted.", { cause: reason });
}
