import { cleanText } from "@mcp-trail/event";

/** Deeper than any event of the format goes; what is below is shown as this mark. */
const maxDepth = 16;
const cutMark = "…";

/**
 * A value as the text of one field: hidden and control characters visible as `cleanText` shows
 * them, so that no value holds a line break or a tab; lists and blocks as JSON. Nothing is empty.
 */
export function lineText(value: unknown): string | undefined {
	if (typeof value === "string") return cleanText(value, Number.POSITIVE_INFINITY);
	if (typeof value === "number" || typeof value === "boolean") return String(value);
	if (typeof value !== "object" || value === null) return undefined;
	return JSON.stringify(clean(value, 0));
}

function clean(value: unknown, depth: number): unknown {
	if (typeof value === "string") return cleanText(value, Number.POSITIVE_INFINITY) ?? "";
	if (typeof value !== "object" || value === null) return value;
	if (depth === maxDepth) return cutMark;
	if (Array.isArray(value)) return value.map((item) => clean(item, depth + 1));
	return Object.fromEntries(
		Object.entries(value).map(([name, below]) => [clean(name, depth), clean(below, depth + 1)]),
	);
}

/**
 * The text itself when it has at most `maxCharacters` code points, else its beginning and `…`.
 * Neither a character nor an escape such as `\u{202e}` is cut in half.
 */
export function cutText(text: string, maxCharacters: number): string {
	if (text.length <= maxCharacters) return text;
	const characters = Array.from(text);
	if (characters.length <= maxCharacters) return text;
	const beginning = characters.slice(0, maxCharacters - 1).join("");
	return beginning.replace(/\\(u(\{[0-9a-f]*)?)?$/, "") + cutMark;
}
