import type { Found, Results } from "./results.ts";

/** A check that did not come out the same. */
export interface Difference {
	readonly check: string;
	readonly in: "status" | "evidence";
	/** What the bare program got, once per run, in order. */
	readonly bare: readonly string[];
	readonly instrumented: string;
}

/** What comparing one instrumented run with the bare runs found. */
export interface Comparison {
	/** Checks in which the instrumented run differs from every bare run. */
	readonly differences: readonly Difference[];
	/** Checks in which the bare runs differ among themselves: these can prove little. */
	readonly unsteady: readonly Difference[];
}

const faces = {
	status: (found: Found | undefined) => found?.statuses.join(" ") ?? "absent",
	evidence: (found: Found | undefined) => found?.evidence.join("\n") ?? "absent",
};

/** Compares check by check; a check that only one of the runs has counts as different. */
export function compare(bare: readonly Results[], instrumented: Results): Comparison {
	const keys = new Set([...bare, instrumented].flatMap((results) => [...results.keys()]));
	const differences: Difference[] = [];
	const unsteady: Difference[] = [];
	for (const check of keys) {
		for (const face of ["status", "evidence"] as const) {
			const expected = bare.map((results) => faces[face](results.get(check)));
			const found = faces[face](instrumented.get(check));
			const difference = { check, in: face, bare: expected, instrumented: found };
			const isSteady = new Set(expected).size === 1;
			if (!isSteady) unsteady.push(difference);
			// A status has few values, so that a third one means something; evidence that varies does not.
			if (!expected.includes(found) && (isSteady || face === "status")) {
				differences.push(difference);
				break;
			}
		}
	}
	return { differences, unsteady };
}
