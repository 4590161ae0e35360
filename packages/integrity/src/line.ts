import { createHash, hash as hashOnce } from "node:crypto";
import type { SealedEvent, Link } from "./sealed-event.ts";
import { sealed } from "./sealed.ts";

/** What every record's hash begins with, so that it can never be the hash of anything else (docs/stored-form.md). */
export const CHAIN_PREFIX = "mcp-trail/chain/v1\n";

/** Bytes of `,"hash":"sha256:<64 hex>"}}`, the end of every line, which its hash does not cover. */
export const HASH_TAIL_BYTES = 83;

/** A line's link and the hash it states. */
export interface StatedLink extends Link {
	/** `sha256:<64 hex>` as the line states it; {@link hashOf} says what it should be. */
	readonly hash: string;
}

/** No shorter than from `,"integrity":` to the end of a line whose sequence has 16 digits. */
const LONGEST_TAIL_BYTES = 272;

const TAIL =
	/,"integrity":\{"stream_id":"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})","sequence":([1-9][0-9]{0,15})(?:,"previous_hash":"(sha256:[0-9a-f]{64})")?,"hash":"(sha256:[0-9a-f]{64})"\}\}$/;

/**
 * Reads a line's link and stated hash from its fixed end, without parsing JSON and without verifying anything.
 * A quote inside a JSON string is always escaped, so no string within an event can pass for that end.
 * Undefined where the bytes do not end as a sealed line does.
 */
export function readLink(bytes: Uint8Array): StatedLink | undefined {
	if (bytes[0] !== 0x7b) return undefined;
	const from = Math.max(0, bytes.length - LONGEST_TAIL_BYTES);
	const match = TAIL.exec(asBuffer(bytes).toString("latin1", from));
	if (match === null) return undefined;
	const [, streamId, digits, previousHash, hash] = match;
	const sequence = Number(digits);
	if (streamId === undefined || hash === undefined || !Number.isSafeInteger(sequence))
		return undefined;
	return previousHash === undefined
		? { streamId, sequence, hash }
		: { streamId, sequence, previousHash, hash };
}

/**
 * Reads a stored line (without its line feed) back as the sealed event it was, without parsing JSON and without
 * verifying it. Undefined where the bytes do not end as a sealed line does.
 */
export function readLine(bytes: Uint8Array): SealedEvent | undefined {
	const link = readLink(bytes);
	return link && sealed(link.streamId, link.sequence, link.hash, bytes);
}

const scratch = Buffer.allocUnsafeSlow(128 * 1024);
const covered = scratch.write(CHAIN_PREFIX, "latin1");

/** Computes the hash a stored line (without its line feed) must state: SHA-256 of the chain's prefix and every byte before `,"hash":`. */
export function hashOf(bytes: Uint8Array): string {
	const body = bytes.subarray(0, Math.max(0, bytes.length - HASH_TAIL_BYTES));
	if (covered + body.length > scratch.length)
		return `sha256:${createHash("sha256").update(CHAIN_PREFIX).update(body).digest("hex")}`;
	// One call over one buffer costs half of a hash object with two updates.
	scratch.set(body, covered);
	return `sha256:${hashOnce("sha256", scratch.subarray(0, covered + body.length), "hex")}`;
}

function asBuffer(bytes: Uint8Array): Buffer {
	return Buffer.isBuffer(bytes)
		? bytes
		: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
