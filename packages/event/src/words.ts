import { patterns } from "./patterns.ts";

const WORD = new RegExp(patterns.word, "u");

/** Tells whether a value is a `word`: a lower-case letter, then at most 63 letters, digits or `_`. */
export function isWord(value: unknown): value is string {
	return typeof value === "string" && WORD.test(value);
}
