/**
 * A text in the header of CEF, where `|` ends a field: `\` and `|` are escaped; line breaks cannot
 * be said there and become a space.
 */
export function escapeCefHeader(text: string): string {
	return text.replaceAll(/[\\|]/g, "\\$&").replaceAll(/\r\n|[\r\n]/g, " ");
}

/**
 * A value in the extension of CEF, where `=` ends a key: `\`, `=` and line breaks are escaped. `|`
 * is not, and readers refuse it where it is.
 */
export function escapeCefValue(text: string): string {
	// Most texts hold none of them, and every field comes by here.
	if (!/[\\=\n\r]/.test(text)) return text;
	return text.replaceAll(/[\\=]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
}

/**
 * A text in LEEF, which has no escapes: what would end it, and a line break, is shown as `cleanText`
 * shows hidden characters, such as `\u{7c}` for `|`.
 */
export function showLeefEnd(text: string, end: string): string {
	return text.replaceAll(/[\r\n]/g, shown).replaceAll(end, shown);
}

function shown(character: string): string {
	return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** A PARAM-VALUE of RFC 5424 §6.3.3: `"`, `\` and `]` are escaped, and nothing else. */
export function escapeParamValue(text: string): string {
	return text.replaceAll(/["\\\]]/g, "\\$&");
}
