import type { Results } from "./results.ts";

/** A check that did not come out the same. */
export interface Difference {
	readonly check: string;
	/** What the bare program got, once per run, in order. */
	readonly bare: readonly string[];
	readonly instrumented: string;
}

/** What comparing one instrumented run with the bare runs found. */
export interface Comparison {
	/** Checks in which the instrumented run differs from every bare run. */
	readonly differences: readonly Difference[];
	/** Checks in which the bare runs differ among themselves. */
	readonly unsteady: readonly Difference[];
}

const shown = (statuses: readonly string[] | undefined): string =>
	statuses === undefined ? "absent" : statuses.join(" ");

/** Compares check by check; a check that only one of the runs has counts as different. */
export function compare(bare: readonly Results[], instrumented: Results): Comparison {
	const keys = new Set([...bare, instrumented].flatMap((results) => [...results.keys()]));
	const differences: Difference[] = [];
	const unsteady: Difference[] = [];
	for (const check of keys) {
		const expected = bare.map((results) => shown(results.get(check)));
		const found = shown(instrumented.get(check));
		const difference = { check, bare: expected, instrumented: found };
		if (!expected.includes(found)) differences.push(difference);
		if (new Set(expected).size > 1) unsteady.push(difference);
	}
	return { differences, unsteady };
}
