/** Limits of a line format. */
export interface LineOptions {
	/**
	 * Bytes of a line: what the receiver takes. Above it some cut silently, or read the rest as
	 * another record. 2,048 to 65,535.
	 */
	readonly maxBytes?: number;
}

/** Refuses a limit that no line could keep, or that no receiver of the format takes. */
export function checkMaxBytes(maxBytes: number): void {
	if (!Number.isInteger(maxBytes) || maxBytes < 2_048 || maxBytes > 65_535)
		throw new TypeError(`maxBytes is ${maxBytes}; give a whole number from 2,048 to 65,535`);
}
