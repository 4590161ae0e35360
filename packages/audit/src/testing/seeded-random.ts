/** Numbers that look random and are the same for the same seed. */
export interface SeededRandom {
	/** From 0 up to, not including, 1. */
	next(): number;
	/** A whole number from 0 up to, not including, `below`. */
	below(below: number): number;
	/** True in so many of all cases. */
	chance(probability: number): boolean;
	bytes(count: number): Uint8Array;
}

/** Starts a sequence (mulberry32). */
export function seededRandom(seed: number): SeededRandom {
	let state = seed >>> 0;
	const next = (): number => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
	};
	return {
		next,
		below: (below) => Math.floor(next() * below),
		chance: (probability) => next() < probability,
		bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(next() * 256)),
	};
}
