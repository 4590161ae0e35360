import { createHash } from "node:crypto";

/** Shorter than the digest in its place: the two are never the same text. */
const MAX_LENGTH = 64;

/** A key for a table: what a peer made long is held as its digest. */
export const shortKey = (text: string): string =>
	text.length <= MAX_LENGTH ? text : `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** The beginning of a text that a peer made long; a plain slice would keep the whole of it alive. */
export const cutCopy = (text: string, length: number): string =>
	text.length <= length ? text : Buffer.from(text.slice(0, length), "utf16le").toString("utf16le");

/** A cursor as it is remembered: of one that is no text no page follows. */
export function cursorKey(cursor: unknown): unknown {
	if (cursor === undefined) return undefined;
	return typeof cursor === "string" ? shortKey(cursor) : Symbol("no cursor");
}
