/**
 * Waits for work no longer than a deadline or a signal allows, whether or not the work heeds them.
 * The timer keeps the process alive: with nothing else to do Node would leave instead of timing out.
 */
export async function within<T>(
	work: Promise<T>,
	timeoutMs: number,
	signal: AbortSignal | undefined,
	failed: (why: "timeout" | "aborted") => Error,
): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	let abort: (() => void) | undefined;
	const given = new Promise<never>((_, reject) => {
		timer = setTimeout(() => {
			reject(failed("timeout"));
		}, timeoutMs);
		abort = () => {
			reject(failed("aborted"));
		};
		if (signal?.aborted) abort();
		else signal?.addEventListener("abort", abort, { once: true });
	});
	try {
		return await Promise.race([work, given]);
	} finally {
		clearTimeout(timer);
		if (abort) signal?.removeEventListener("abort", abort);
	}
}
