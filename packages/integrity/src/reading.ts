import type { Place } from "./fault.ts";
import type { StatedLink } from "./line.ts";

/** A line that ends as a record does: what it says of its place, and what its bytes give. */
export interface Reading extends StatedLink {
	/** The hash that the bytes give; equals `hash` in an intact record. */
	readonly computed: string;
	readonly place: Place;
	/** Number of the line over all sources. */
	readonly ordinal: number;
}

/** True if the bytes give the hash that the line states. */
export function isIntact(reading: Reading): boolean {
	return reading.hash === reading.computed;
}

/** What a record may name as the previous hash; undefined stands for "none", before record 1. */
type Hashes = readonly (string | undefined)[];

/** A record in its place, after which the next one is expected. */
export interface Joint {
	readonly sequence: number;
	/** What the next record may name: also what the bytes give, so that an edited hash is one fault. */
	readonly hashes: Hashes;
	/** What this record may name. */
	readonly prior: Hashes;
	readonly ordinal: number;
	readonly place?: Place;
}

/** Before the first record. */
export const START: Joint = { sequence: 0, hashes: [undefined], prior: [], ordinal: 0 };

/** Puts a record after another, whatever it says itself. */
export function jointAfter(before: Joint, reading: Reading, sequence: number): Joint {
	const { hash, computed, ordinal, place } = reading;
	const hashes = hash === computed ? [hash] : [hash, computed];
	const prior = before.sequence + 1 === sequence ? before.hashes : [reading.previousHash];
	return { sequence, hashes, prior, ordinal, place };
}

/** True if the record names the hash of the one before. */
export function names(before: Joint, reading: Reading): boolean {
	return before.hashes.includes(reading.previousHash);
}

/** True if the record is the next one after another, by number and hash. */
export function follows(before: Joint, reading: Reading): boolean {
	return reading.sequence === before.sequence + 1 && names(before, reading);
}

/** True if half of the link says so, which is enough for a damaged record. */
export function isNear(before: Joint, reading: Reading): boolean {
	return reading.sequence === before.sequence + 1 || names(before, reading);
}
