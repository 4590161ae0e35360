const MAX_ASKERS = 1000;
const TTL_MS = 10 * 60 * 1000;

/** Counts how often the same asker was challenged for the same; forgets after ten minutes, and the oldest beyond 1,000. */
export function attempts(): (asker: string, nowMs: number) => number {
	const known = new Map<string, { count: number; lastMs: number }>();
	return (asker, nowMs) => {
		const before = known.get(asker);
		known.delete(asker);
		const isRecent = before !== undefined && nowMs - before.lastMs < TTL_MS;
		const count = (isRecent ? before.count : 0) + 1;
		if (known.size >= MAX_ASKERS)
			for (const oldest of known.keys()) {
				known.delete(oldest);
				break;
			}
		known.set(asker, { count, lastMs: nowMs });
		return count;
	};
}
