const hex: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
	byte.toString(16).padStart(2, "0"),
);

/** How many random bytes one `uuid7` uses. */
export const UUID7_RANDOM_BYTES = 10;

/**
 * Makes a UUIDv7 (RFC 9562) of a time and ten random bytes, which the caller takes from a pool.
 * Times outside 48 bits are brought to the nearest one. Two ids of one millisecond are in no order.
 */
export function uuid7(nowMs: number, randomBytes: Uint8Array, offset = 0): string {
	const time = Math.min(Math.max(Math.trunc(nowMs) || 0, 0), 0xffff_ffff_ffff);
	const high = Math.floor(time / 0x1_0000);
	const low = time % 0x1_0000;
	const at = (index: number): number => randomBytes[offset + index] ?? missing();
	return (
		`${h(high >>> 24)}${h(high >>> 16)}${h(high >>> 8)}${h(high)}-${h(low >>> 8)}${h(low)}-` +
		`${h(0x70 | (at(0) & 0x0f))}${h(at(1))}-${h(0x80 | (at(2) & 0x3f))}${h(at(3))}-` +
		`${h(at(4))}${h(at(5))}${h(at(6))}${h(at(7))}${h(at(8))}${h(at(9))}`
	);
}

function h(byte: number): string {
	return hex[byte & 0xff] ?? "";
}

function missing(): never {
	throw new RangeError("uuid7 needs 10 random bytes from the offset on; pass a larger pool.");
}
