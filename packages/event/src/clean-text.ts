/** Code points that a `text` may not hold, as the inside of a character class. */
const HIDDEN =
	"\\u{0}-\\u{1f}\\u{7f}-\\u{9f}\\u{ad}\\u{61c}\\u{180e}\\u{200b}-\\u{200f}\\u{2028}-\\u{202e}" +
	"\\u{2060}-\\u{206f}\\u{feff}\\u{d800}-\\u{dfff}";
/** One code point that has to be shown: a lone surrogate too, since pairs are one code point here. */
const ONE_HIDDEN = new RegExp(`^[${HIDDEN}\\u{e0000}-\\u{e007f}]$`, "u");
/** Without the `u` flag every surrogate is suspect, which is fast; what is wrong is told later. */
const SUSPECT = new RegExp(
	`[${HIDDEN.replaceAll(/\\u\{([0-9a-f]+)\}/g, (_, hex: string) => `\\u${hex.padStart(4, "0")}`)}]`,
);

/**
 * Makes any value a `text` of at most `maxCharacters` code points, or `undefined` where nothing is
 * left of it or it is no string. Control, bidirectional, zero-width, line-separator, soft-hyphen,
 * BOM and tag characters and lone surrogates become visible, as `\u{202e}`; an escape is never cut.
 *
 * @example
 * cleanText("pay\u202etxt.exe", 256); // "pay\\u{202e}txt.exe"
 */
export function cleanText(value: unknown, maxCharacters: number): string | undefined {
	if (typeof value !== "string" || value === "") return undefined;
	if (value.length <= maxCharacters && !SUSPECT.test(value)) return value;
	let clean = "";
	let characters = 0;
	for (const character of value) {
		const shown = ONE_HIDDEN.test(character) ? visible(character) : character;
		characters += shown === character ? 1 : shown.length;
		if (characters > maxCharacters) break;
		clean += shown;
	}
	return clean === "" ? undefined : clean;
}

function visible(character: string): string {
	return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
