import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../../test/any-text.ts";
import { cleanText } from "./clean-text.ts";
import { patterns } from "./patterns.ts";

const TEXT = new RegExp(patterns.text, "u");
/** Strings of every kind: any UTF-16 unit, lone surrogates, and what has to be shown. */
const anything = fc.oneof(
	anyText(),
	fc.string({ unit: "grapheme" }),
	fc
		.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 })
		.map((units) => String.fromCharCode(...units)),
	fc
		.array(
			fc.constantFrom(
				"a",
				"\u202e",
				"\u200b",
				"\u0000",
				"\n",
				"\u00ad",
				"\ufeff",
				"\u{e0041}",
				"\ud800",
				"😀",
				"\\",
				"\u2028",
				"\u0085",
			),
			{ maxLength: 60 },
		)
		.map((parts) => parts.join("")),
);

describe("cleanText", () => {
	it.each([
		["plain", "plain"],
		["pay\u202etxt.exe", "pay\\u{202e}txt.exe"],
		["a\u0000b\u007fc\u0085d", "a\\u{0}b\\u{7f}c\\u{85}d"],
		["soft\u00adhyphen \ufeffbom", "soft\\u{ad}hyphen \\u{feff}bom"],
		["line\u2028para\u2029", "line\\u{2028}para\\u{2029}"],
		["zero\u200b\u200d\u2060width", "zero\\u{200b}\\u{200d}\\u{2060}width"],
		["tag\u{e0041}\u{e007f}", "tag\\u{e0041}\\u{e007f}"],
		["iso\u2066late\u061c", "iso\\u{2066}late\\u{61c}"],
		["lone\ud800 and \udc00", "lone\\u{d800} and \\u{dc00}"],
		["pair 😀 and é", "pair 😀 and é"],
	])("shows what is hidden: %j", (value, clean) => {
		expect(cleanText(value, 256)).toBe(clean);
	});

	it("shows every code point that a text may not hold, and no other", () => {
		const mustShow =
			/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\u{ad}\u{180e}\u{200b}-\u{200d}\u{2060}-\u{2064}\u{feff}\u{e0000}-\u{e007f}]/u;
		const wrong: string[] = [];
		for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
			const character = String.fromCodePoint(codePoint);
			const kept = cleanText(character, 16) === character;
			if (kept !== TEXT.test(character) || (kept && mustShow.test(character)))
				wrong.push(codePoint.toString(16));
		}
		expect(wrong).toEqual([]);
	});

	it("cuts at code points and never within an escape", () => {
		expect(cleanText("abcdef", 3)).toBe("abc");
		expect(cleanText("😀😀😀", 2)).toBe("😀😀");
		expect(cleanText("ab\u202ecd", 5)).toBe("ab");
		expect(cleanText("ab\u202ecd", 10)).toBe("ab\\u{202e}");
		expect(cleanText("😀".repeat(256), 256)).toBe("😀".repeat(256));
	});

	it.each([
		["", 10],
		[undefined, 10],
		[null, 10],
		[17, 10],
		[{}, 10],
		["\u202e", 5],
		["a", 0],
	])("gives nothing for %j", (value, max) => {
		expect(cleanText(value, max)).toBeUndefined();
	});

	it("[bounded.text] makes any string a text within its bound, and leaves a clean one alone", () => {
		fc.assert(
			fc.property(anything, fc.integer({ min: 0, max: 80 }), (value, max) => {
				const clean = cleanText(value, max);
				if (clean === undefined) return;
				expect(clean).toMatch(TEXT);
				expect(clean).not.toBe("");
				expect(Array.from(clean).length).toBeLessThanOrEqual(max);
				expect(cleanText(clean, max)).toBe(clean);
				const wasClean = TEXT.test(value) && Array.from(value).length <= max;
				expect(wasClean && clean !== value).toBe(false);
			}),
			{ numRuns: 2000 },
		);
	});

	it("stops reading at the bound", () => {
		const started = performance.now();
		expect(cleanText("\u202e".repeat(20_000_000), 256)?.length).toBe(256);
		expect(performance.now() - started).toBeLessThan(10_000);
	});
});
