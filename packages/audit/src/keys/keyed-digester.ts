import { hash } from "node:crypto";
import type { Digester, DigestKind } from "../digester.ts";

/** A digest key and the name it goes by. */
export interface DigestKey {
	/** `^[a-z0-9][a-z0-9._-]{0,31}$` */
	readonly id: string;
	/** 32 bytes. */
	readonly key: Uint8Array;
}

/** Digest keys: the first makes new digests, the others are for looking old ones up. */
export type DigestKeys = readonly [DigestKey, ...DigestKey[]];

const BLOCK = 64;
const HASH = 32;
/** Longer texts get a buffer of their own. */
const SCRATCH = 16_384;

/** What both sides of a call have. Tokens are not among them: those are compared with nothing. */
const repeated: ReadonlySet<DigestKind> = new Set(["arguments", "result"]);

interface Kind {
	/** Inner pad and prefix, then room for a value. */
	readonly scratch: Buffer;
	/** Where the value starts. */
	readonly start: number;
	/** The last value, which the other side of a call in one process often digests next; it lies in `scratch` anyway. */
	value: string | undefined;
	digest: string;
}

const pad = (key: Uint8Array, byte: number): Buffer => {
	const padded = Buffer.alloc(BLOCK, byte);
	for (const [index, value] of key.entries()) padded[index] = value ^ byte;
	return padded;
};

/**
 * Digests with HMAC-SHA-256 (RFC 2104) over `mcp-trail/digest/v1`, LF, the kind, LF and the value (docs/stored-form.md).
 * The pads are laid out once and each hash is one call: half the cost of `createHmac` on a small value.
 */
export function keyedDigester({ id, key }: DigestKey, ephemeral: boolean): Digester {
	const inner = pad(key, 0x36);
	const outer = Buffer.concat([pad(key, 0x5c), Buffer.alloc(HASH)]);
	const start = `hmac-sha256:${id}:`;
	const kinds = new Map<DigestKind, Kind>();

	const kindOf = (kind: DigestKind): Kind => {
		const known = kinds.get(kind);
		if (known !== undefined) return known;
		const head = Buffer.concat([inner, Buffer.from(`mcp-trail/digest/v1\n${kind}\n`)]);
		const scratch = Buffer.concat([head, Buffer.alloc(SCRATCH)]);
		const made: Kind = { scratch, start: head.length, value: undefined, digest: "" };
		kinds.set(kind, made);
		return made;
	};

	const message = ({ scratch, start: from }: Kind, value: string | Uint8Array): Uint8Array => {
		// One UTF-16 unit is at most three bytes of UTF-8.
		if (typeof value === "string" && value.length * 3 <= SCRATCH) {
			return scratch.subarray(0, from + scratch.write(value, from));
		}
		const bytes = typeof value === "string" ? Buffer.from(value) : value;
		return Buffer.concat([scratch.subarray(0, from), bytes]);
	};

	return {
		keyId: id,
		ephemeral,
		digest(kind, value) {
			const known = kindOf(kind);
			if (typeof value === "string" && value === known.value) return known.digest;
			outer.write(hash("sha256", message(known, value), "hex"), BLOCK, "hex");
			const digest = start + hash("sha256", outer, "hex");
			// Only what lies in the scratch is remembered: nothing stays in memory that did not before.
			const isSmall = typeof value === "string" && value.length * 3 <= SCRATCH;
			known.value = isSmall && repeated.has(kind) ? value : undefined;
			known.digest = digest;
			return digest;
		},
	};
}
