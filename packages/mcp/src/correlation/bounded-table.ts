/** What was seen before, by key: the oldest goes when there is no room, and everything after its time to live. */
export interface BoundedTable<T> {
	size(): number;
	get(key: string): T | undefined;
	set(key: string, value: T): void;
	delete(key: string): void;
}

/** Makes a table of at most `maxEntries`, each kept `ttlMs` after it was last set. */
export function boundedTable<T>(options: {
	readonly maxEntries: number;
	readonly ttlMs: number;
	readonly nowMs: () => number;
}): BoundedTable<T> {
	const { maxEntries, ttlMs, nowMs } = options;
	const rows = new Map<string, { readonly value: T; readonly untilMs: number }>();
	return {
		size: () => rows.size,
		get(key) {
			const row = rows.get(key);
			if (row === undefined) return undefined;
			if (row.untilMs > nowMs()) return row.value;
			rows.delete(key);
			return undefined;
		},
		set(key, value) {
			const now = nowMs();
			// Set again means newest again, so that the first row is always the one that ends first.
			rows.delete(key);
			for (const [first, row] of rows) {
				if (rows.size < maxEntries && row.untilMs > now) break;
				rows.delete(first);
			}
			rows.set(key, { value, untilMs: now + ttlMs });
		},
		delete: (key) => void rows.delete(key),
	};
}
