/** What can steer a terminal or hide in it: controls, bidirectional, zero-width, separator and tag characters. */
const UNSAFE =
	/[\p{Cc}\u{ad}\u{61c}\u{180e}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{e0000}-\u{e007f}]/gu;

/** Shows such characters of a JSON text as JSON escapes, so that it stays the same JSON. */
export function escapeControls(json: string): string {
	return json.replaceAll(UNSAFE, (character) => {
		let escaped = "";
		for (let at = 0; at < character.length; at++) {
			escaped += `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`;
		}
		return escaped;
	});
}
