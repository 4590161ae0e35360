import type { Joint, Reading } from "./reading.ts";

/** Records of one stream known to have existed. */
export interface Anchors {
	/** The highest of them, 0 if there is none. */
	readonly last: number;
	/** Those that were found. */
	readonly matched: ReadonlySet<number>;
	/** The first word on a record stands; without a hash, any record will do. */
	readonly expect: (sequence: number, hash: string | undefined) => void;
	/** Compares a record in its place; false = another one was known. */
	check(head: Joint): boolean;
	/** Compares a record that came late. */
	checkLate(reading: Reading): void;
	contradicts(reading: Reading): boolean;
}

/** Keeps what is known of a stream from elsewhere. */
export function anchors(): Anchors {
	const expected = new Map<number, string | undefined>();
	const matched = new Set<number>();
	let last = 0;
	return {
		matched,
		get last() {
			return last;
		},
		expect(sequence, hash) {
			if (!expected.has(sequence)) expected.set(sequence, hash);
			last = Math.max(last, sequence);
		},
		check({ sequence, hashes }) {
			if (expected.size === 0 || !expected.has(sequence)) return true;
			const hash = expected.get(sequence);
			if (hash !== undefined && !hashes.includes(hash)) return false;
			matched.add(sequence);
			return true;
		},
		checkLate({ sequence, hash }) {
			if (expected.get(sequence) === hash) matched.add(sequence);
		},
		contradicts({ sequence, hash }) {
			const known = expected.get(sequence);
			return known !== undefined && known !== hash;
		},
	};
}
