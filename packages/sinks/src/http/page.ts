import type { Encoded } from "./encoded.ts";

/** Room in which events are laid side by side, so that a body of them need not be put together again. */
export interface Page {
	/** Room for so many bytes; what was written of it is handed to `take`. */
	room(bytes: number): { readonly buffer: Buffer; readonly from: number };
	/** Keeps what was written from where the last room began, up to here. */
	take(to: number): Uint8Array;
}

/** Makes a page of so many bytes; what has no room on it any more gets one of its own. */
export function newPage(bytes: number): Page {
	return pageOn(Buffer.allocUnsafeSlow(bytes));
}

/** Pages that are written on again: fresh memory for each write would cost as much as what is written, and a collection. */
export interface Pages {
	/** Lends a page of at least so many bytes while `work` runs; only where it fails may something still read from it. */
	lend<T>(bytes: number, work: (page: Page) => Promise<T>): Promise<T>;
}

/** Keeps at most so many pages, of 8 MiB at most each, of writes of about the same size. */
export function keptPages(most: number): Pages {
	const free: Buffer[] = [];
	return {
		async lend(bytes, work) {
			const last = free.pop();
			const fits = last !== undefined && last.length >= bytes && last.length <= MOST_SPARE * bytes;
			// Those below it are of the same time, and nothing would take them from there.
			if (!fits) free.length = 0;
			const buffer = fits ? last : Buffer.allocUnsafeSlow(bytes);
			const result = await work(pageOn(buffer));
			if (free.length < most && buffer.length <= MOST_KEPT_BYTES) free.push(buffer);
			return result;
		},
	};
}

/** A page is not kept for writes that are this much smaller. */
const MOST_SPARE = 4;
/** A larger page is rarely needed, and a sink that has nothing to do would hold it. */
const MOST_KEPT_BYTES = 8 * 1024 * 1024;

function pageOn(first: Buffer): Page {
	let buffer = first;
	let used = 0;
	return {
		room(needed) {
			if (used + needed > buffer.length) {
				buffer = Buffer.allocUnsafeSlow(Math.max(needed, MORE_BYTES));
				used = 0;
			}
			return { buffer, from: used };
		},
		take(to) {
			const written = buffer.subarray(used, to);
			used = to;
			return written;
		},
	};
}

const MORE_BYTES = 256 * 1024;

/** The bytes of events one after the other: where they lie side by side, without a copy. */
export function joined(part: readonly Encoded[]): Uint8Array {
	const [first] = part;
	if (first === undefined) return new Uint8Array(0);
	const { buffer, byteOffset } = first.bytes;
	let end = byteOffset;
	for (const { bytes } of part) {
		if (bytes.buffer !== buffer || bytes.byteOffset !== end)
			return Buffer.concat(part.map((one) => one.bytes));
		end += bytes.byteLength;
	}
	return new Uint8Array(buffer, byteOffset, end - byteOffset);
}
