import { notifier } from "./notifier.ts";

/** Waits for a promise, but no longer than the signal lets it. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
	if (signal.aborted) {
		// Nobody waits: what fails later must not end the process.
		promise.catch(() => {});
		signal.throwIfAborted();
	}
	// The notifier's wait ends by the signal alone, or here when the promise was first.
	const end = notifier();
	const aborted = end.wait(signal).then((): Promise<T> => promise);
	try {
		return await Promise.race([promise, aborted]);
	} finally {
		end.notify();
	}
}
