/**
 * Gives a value a number by its bytes: while it is remembered, the same bytes have the same number, and a number is
 * never given twice. {@link UNKNOWN} for a value that is not remembered.
 */
export type NumberOf = (line: DataView, from: number, end: number) => number;

const UNKNOWN = -1;
/** Numbers for what has no bytes to be told by: no value, and a block that is there. */
export const ABSENT = 0;
export const PRESENT = 1;

const MOST_BYTES = 128;
const FOURS = MOST_BYTES / 4;
const SLOTS = 16;

/** Remembers up to 16 values of up to 128 bytes: those of one member are few in most traffic. */
export function knownValues(): NumberOf {
	const known = new Int32Array(SLOTS * FOURS);
	const lengths = new Int32Array(SLOTS);
	const numbers = new Float64Array(SLOTS);
	let last = PRESENT;
	return (line, from, end) => {
		const length = end - from;
		if (length > MOST_BYTES || end < 4) return UNKNOWN;
		let hash = length;
		// The last four may begin before the value: what stands there is its own name.
		const rest = end - 4;
		for (let at = from; at < rest; at += 4) hash = mixed(hash, line.getInt32(at, true));
		const slot = mixed(hash, line.getInt32(rest, true)) & (SLOTS - 1);
		let place = slot * FOURS;
		let same = lengths[slot] === length;
		for (let at = from; same && at < rest; at += 4)
			same = known[place++] === line.getInt32(at, true);
		if (same && known[place] === line.getInt32(rest, true)) return numbers[slot] ?? UNKNOWN;
		place = slot * FOURS;
		for (let at = from; at < rest; at += 4) known[place++] = line.getInt32(at, true);
		known[place] = line.getInt32(rest, true);
		lengths[slot] = length;
		last += 1;
		numbers[slot] = last;
		return last;
	};
}

/** What was said of values that were met before, by their numbers. */
export interface KnownWords<Said> {
	/** The words for these values, or undefined. */
	find(numbers: Float64Array): Said | undefined;
	/** Notes the words for the values last looked for. */
	note(said: Said): void;
}

/** Remembers up to 16 words that are said of the values of these members. */
export function knownWords<Said>(inputs: Int32Array): KnownWords<Said> {
	const width = inputs.length;
	const met = new Float64Array(SLOTS * width);
	const words = Array.from<Said | undefined>({ length: SLOTS });
	const looked = new Float64Array(width);
	let slot = 0;
	return {
		find(numbers) {
			let hash = 0;
			let same = true;
			for (let index = 0; index < width; index += 1) {
				const number = numbers[inputs[index] ?? 0] ?? UNKNOWN;
				looked[index] = number;
				hash = mixed(hash, number | 0);
			}
			slot = hash & (SLOTS - 1);
			const place = slot * width;
			for (let index = 0; same && index < width; index += 1)
				same = met[place + index] === looked[index];
			return same ? words[slot] : undefined;
		},
		note(said) {
			if (looked.includes(UNKNOWN)) return;
			met.set(looked, slot * width);
			words[slot] = said;
		},
	};
}

function mixed(hash: number, four: number): number {
	const product = Math.imul(hash ^ four, 0x9e_37_79_b1 | 0);
	return product ^ (product >>> 15);
}
