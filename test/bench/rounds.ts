/** One measured block of work. */
export interface Measured {
	/** Work items done. */
	readonly items: number;
	/** CPU of every process that took part, in microseconds. */
	readonly cpuUs: number;
	readonly wallUs: number;
}

/** One side of a comparison: runs a block of work when asked. */
export interface Side {
	readonly name: string;
	run(items: number): Promise<Measured>;
	close(): Promise<void>;
}

/** A median and the interval that holds it with at least 97 % (order statistics, n ≥ 11). */
export interface Estimate {
	readonly median: number;
	readonly low: number;
	readonly high: number;
	readonly values: readonly number[];
}

/** Median with its distribution-free interval: for 11 values the 2nd lowest and the 2nd highest. */
export function estimate(values: readonly number[]): Estimate {
	const sorted = values.toSorted((a, b) => a - b);
	const n = sorted.length;
	// Largest k with 2·P(Binomial(n, ½) < k) ≤ 3 %.
	let cumulated = 0;
	let term = 0.5 ** n;
	let k = 0;
	while (2 * (cumulated + term) <= 0.03) {
		cumulated += term;
		term = (term * (n - k)) / (k + 1);
		k += 1;
	}
	const at = (index: number): number => sorted[Math.max(0, Math.min(n - 1, index))] as number;
	const median = n % 2 === 1 ? at((n - 1) / 2) : (at(n / 2 - 1) + at(n / 2)) / 2;
	return { median, low: at(Math.max(0, k - 1)), high: at(n - Math.max(1, k)), values: sorted };
}

/**
 * A server that runs for hours is measured, not one that has just started. V8 compiles what runs once a call for good
 * after some 10,000 calls, what stands in a branch of it after 20,000 (`--trace-opt`).
 */
const LEAST_WARM_UP = 20_000;
/** So that what is recorded meanwhile settles now and then. */
const WARM_UP_BLOCK = 4000;

/** How many items are not counted at the start: 20,000 by `scale`, or two rounds where that is more. */
export const warmUpFor = (items: number, scale: number): number =>
	Math.max(LEAST_WARM_UP * scale, 2 * items);

async function warmUp(side: Side, calls: number | undefined, items: number): Promise<void> {
	if (calls === undefined) return void (await side.run(items));
	for (let left = calls; left > 0; left -= WARM_UP_BLOCK)
		await side.run(Math.min(left, WARM_UP_BLOCK));
}

/** Runs all sides in turn, round by round, in an order that rotates; they warm up first, which is not counted. */
export async function rounds(
	sides: readonly Side[],
	options: { readonly rounds: number; readonly items: number; readonly warmUpItems?: number },
): Promise<Map<string, readonly Measured[]>> {
	const { items } = options;
	const measured = new Map<string, Measured[]>(sides.map((side) => [side.name, []]));
	for (let round = 0; round <= options.rounds; round += 1) {
		for (let place = 0; place < sides.length; place += 1) {
			const side = sides[(place + round) % sides.length] as Side;
			// One after the other on purpose: the sides must not run at the same time.
			if (round === 0) await warmUp(side, options.warmUpItems, items);
			else measured.get(side.name)?.push(await side.run(items));
		}
	}
	return measured;
}

/** CPU per item, in microseconds. */
export const cpuPerItem = (measured: Measured): number => measured.cpuUs / measured.items;

/** Items per second of wall time. */
export const itemsPerSecond = (measured: Measured): number =>
	(measured.items * 1e6) / measured.wallUs;

/** Combines two sides round by round. */
export function paired(
	a: readonly Measured[],
	b: readonly Measured[],
	combine: (a: Measured, b: Measured) => number,
): Estimate {
	return estimate(b.map((value, round) => combine(a[round] as Measured, value)));
}
