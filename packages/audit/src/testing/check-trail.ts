import { checkAppends } from "./check-appends.ts";
import { checkReaders } from "./check-readers.ts";
import type { TrailCheckLimits, TrailChecks, TrailUnderCheck } from "./trail-check-kit.ts";

/** What {@link checkTrail} is given. */
export interface TrailCheckOptions {
	/** Registers one check; any test runner's own function fits. */
	readonly test: (name: string, check: () => Promise<void>) => void;
	/** Opens a trail with nothing in it. */
	readonly open: (options?: TrailCheckLimits) => Promise<TrailUnderCheck>;
	/** Lets asynchronous work go on to its end; a simulated trail passes its world's `run`. @default as it comes */
	readonly run?: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * Checks what every trail must do, with any test runner.
 *
 * @example
 * ```ts
 * checkTrail({ test, open: async () => ({ trail: await memoryTrail()(context) }) });
 * ```
 */
export function checkTrail({ test, open, run = (work) => work() }: TrailCheckOptions): void {
	const checks: TrailChecks = {
		check: (name, body, limits) =>
			test(name, () =>
				run(async () => {
					const under = await open(limits);
					try {
						await body(under);
					} finally {
						await under.trail.close();
						await under.dispose?.();
					}
				}),
			),
	};
	checkAppends(checks);
	checkReaders(checks);
}
