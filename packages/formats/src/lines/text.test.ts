import { describe, expect, it } from "vitest";
import { cutText, lineText } from "./text.ts";

describe("the text of a field", () => {
	it("shows what is hidden, in lists and blocks too", () => {
		expect(lineText("a\nb\u{202e}")).toBe("a\\u{a}b\\u{202e}");
		expect(lineText({ "a\u{202e}": ["b\u{200b}", 1, true, null] })).toBe(
			JSON.stringify({ "a\\u{202e}": ["b\\u{200b}", 1, true, null] }),
		);
	});

	it("is never empty, and nothing for what is no value", () => {
		for (const value of ["", undefined, null, Symbol("a")]) expect(lineText(value)).toBeUndefined();
		expect(lineText(0)).toBe("0");
		expect(lineText(false)).toBe("false");
	});

	it("ends a block that is nested without end", () => {
		let deep: unknown = "bottom";
		for (let depth = 0; depth < 30_000; depth += 1) deep = [deep];
		expect(lineText(deep)).toBe(`${"[".repeat(16)}"…"${"]".repeat(16)}`);
	});

	it("[formats.cut_marked] is cut between characters and before an escape, and says so", () => {
		expect(cutText("abc", 3)).toBe("abc");
		expect(cutText("abcd", 3)).toBe("ab…");
		expect(cutText("😀😀😀", 3)).toBe("😀😀😀");
		expect(cutText("😀😀😀😀", 3)).toBe("😀😀…");
		for (let at = 3; at < 10; at += 1) expect(cutText("a\\u{202e}bcdef", at)).toBe("a…");
		expect(cutText("a\\u{202e}bcdef", 11)).toBe("a\\u{202e}b…");
	});
});
