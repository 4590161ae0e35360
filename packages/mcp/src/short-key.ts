import { createHash } from "node:crypto";

/** Shorter than the digest in its place: the two are never the same text. */
const MAX_LENGTH = 64;

/** A key for a table: what a peer made long is held as its digest. */
export const shortKey = (text: string): string =>
	text.length <= MAX_LENGTH ? text : `sha256:${createHash("sha256").update(text).digest("hex")}`;
