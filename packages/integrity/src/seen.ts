/** Remembers the hashes of the records seen last, in constant memory. */
export interface Seen {
	remember(stream: number, sequence: number, hash: string): void;
	/** Whether that record was seen with that hash, with another, or too long ago to tell. */
	compare(stream: number, sequence: number, hash: string): "same" | "other" | "forgotten";
}

/** Remembers up to `size` records; a newer record takes the place of an older one. Streams are numbers from 1. */
export function seen(size: number): Seen {
	// Untouched pages of a typed array cost no memory, so a short input stays small.
	const streams = new Uint32Array(size);
	const sequences = new Float64Array(size);
	const high = new Uint32Array(size);
	const low = new Uint32Array(size);
	// Streams begin far from each other, so that they overwrite each other late.
	const slotOf = (stream: number, sequence: number): number =>
		(sequence + (Math.imul(stream, 0x9e3779b1) >>> 0)) % size;
	return {
		remember(stream, sequence, hash) {
			const slot = slotOf(stream, sequence);
			streams[slot] = stream;
			sequences[slot] = sequence;
			high[slot] = word(hash, 0);
			low[slot] = word(hash, 1);
		},
		compare(stream, sequence, hash) {
			const slot = slotOf(stream, sequence);
			if (streams[slot] !== stream || sequences[slot] !== sequence) return "forgotten";
			return high[slot] === word(hash, 0) && low[slot] === word(hash, 1) ? "same" : "other";
		},
	};
}

/** 32 bits of a `sha256:<64 hex>`. */
function word(hash: string, index: 0 | 1): number {
	return Number.parseInt(hash.slice(7 + 8 * index, 15 + 8 * index), 16);
}
