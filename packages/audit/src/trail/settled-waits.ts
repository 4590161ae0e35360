/** Those who wait for what was appended so far. */
export interface SettledWaits {
	/** Resolves when so many appends are settled. */
	wait(target: number): Promise<void>;
	/** So many are. */
	tell(settledCount: number): void;
}

/** Makes an empty list of them. */
export function settledWaits(): SettledWaits {
	let waits: { readonly target: number; readonly resolve: () => void }[] = [];
	return {
		wait: (target) =>
			new Promise((resolve) => {
				waits.push({ target, resolve });
			}),
		tell(settledCount) {
			if (waits.length === 0) return;
			const ready = waits.filter(({ target }) => target <= settledCount);
			if (ready.length === 0) return;
			waits = waits.filter(({ target }) => target > settledCount);
			for (const { resolve } of ready) resolve();
		},
	};
}
