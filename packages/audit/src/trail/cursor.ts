/** A reader's place in one stream. */
export interface Cursor {
	/** The last record it is done with; 0 = none. */
	readonly sequence: number;
	/** When it last moved or was opened, in milliseconds since the epoch. */
	readonly seenMs: number;
}

/** Bytes of a stored cursor. */
export const CURSOR_BYTES = 16;

/** A cursor as it is stored. */
export function encodeCursor({ sequence, seenMs }: Cursor): Uint8Array {
	const bytes = Buffer.alloc(CURSOR_BYTES);
	bytes.writeDoubleLE(sequence, 0);
	bytes.writeDoubleLE(seenMs, 8);
	return bytes;
}

/** A stored cursor; the beginning where neither slot was whole: what is read twice is not lost. */
export function decodeCursor(bytes: Uint8Array | undefined): Cursor {
	if (bytes === undefined) return { sequence: 0, seenMs: 0 };
	const stored = Buffer.from(bytes);
	return { sequence: stored.readDoubleLE(0), seenMs: stored.readDoubleLE(8) };
}
