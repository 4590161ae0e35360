/** A seeded source of randomness, so that a failure can be repeated. */
export interface Random {
	/** An integer, both ends included. */
	integer(from: number, to: number): number;
	pick<T>(items: readonly T[]): T;
	hex(length: number): string;
	uuid(): string;
}

/** Mulberry32: small, and good enough to choose places. */
export function random(seed: number): Random {
	let state = seed >>> 0;
	const next = (): number => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
	const integer = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
	const hex = (length: number): string =>
		Array.from({ length }, () => integer(0, 15).toString(16)).join("");
	return {
		integer,
		hex,
		pick(items) {
			const item = items[integer(0, items.length - 1)];
			if (item === undefined) throw new RangeError("pick needs at least one item");
			return item;
		},
		uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
	};
}
