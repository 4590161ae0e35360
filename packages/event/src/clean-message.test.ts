import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../../test/any-text.ts";
import { cleanMessage } from "./clean-message.ts";
import { patterns } from "./patterns.ts";

const TEXT = new RegExp(patterns.text, "u");

describe("cleanMessage", () => {
	it.each([
		["Resource not found: file:///page?token=1", "Resource not found: file:///page"],
		["Tool add not found", "Tool add not found"],
		["see https://ann:pw@example.com/a?x#y, or not", "see https://example.com/a, or not"],
		["'https://example.com/a?x=1' failed.", "'https://example.com/a' failed."],
		["(at http://h/p?f[a]=1&g=(2))", "(at http://h/p))"],
		["url=https://a/b,https://ann:pw@c/d", "url=https://a/b,https://c/d"],
		["connect ann:pw@db:5432 failed", "connect db:5432 failed"],
		["write to mailto:ann@example.com?subject=x", "write to mailto:ann@example.com"],
		["ann@example.com is unknown", "ann@example.com is unknown"],
		["/page?token=1 is gone", "/page is gone"],
		["file:///page ?token=1", "file:///page "],
		["got data:text/plain;base64,c2VjcmV0.", "got data:text/plain."],
		[
			"Which one? Issue #12, C#, and #/definitions/x",
			"Which one? Issue #12, C#, and #/definitions/x",
		],
		["no such\u202e thing", "no such\\u{202e} thing"],
	])("%j becomes %j", (value, clean) => {
		expect(cleanMessage(value, 512)).toBe(clean);
	});

	it.each(["", undefined, 7, null, {}])("gives nothing for %j", (value) => {
		expect(cleanMessage(value, 512)).toBeUndefined();
	});

	it("cuts at the bound, and takes no address that was cut for a whole one", () => {
		expect(cleanMessage("m".repeat(2_000), 512)).toBe("m".repeat(512));
		const long = `${"x?".padEnd(8_180, "y")} https://ann:secret@example.com/`;
		expect(cleanMessage(long, 512)).toBe("x ".trimEnd());
	});

	it("[private.message] keeps no user info, query, fragment or data of an address, wherever it stands in a text", () => {
		const canary = fc.stringMatching(/^[A-Z]{12}$/);
		const words = fc.stringMatching(/^([a-z]{1,8}[ ,.:;=("'<[]{1,2}){0,4}$/);
		const scheme = fc.constantFrom("https://", "file:///", "ftp:\\\\", "ui://", "foo+bar://", "//");
		const after = fc.constantFrom("", " ", "'", '")', ">, and", "].", " https://ok.example/");
		const between = fc.constantFrom("", "[a]=1&", "a='x'&", "q=(1)&", "x/y@");
		fc.assert(
			fc.property(words, scheme, canary, between, after, (before, start, secret, odd, end) => {
				for (const address of [
					`${start}ann:${secret}@host.example/p`,
					`${start}${secret}@host.example`,
					`${start}host.example/p?${odd}${secret}`,
					`${start}host.example#${odd}${secret}`,
					`${start}a/b,${start}ann:${secret}@host.example/p?${secret}`,
					`data:text/plain;base64,${secret}`,
				])
					expect(cleanMessage(`${before}${address}${end}`, 512)).not.toContain(secret);
			}),
			{ numRuns: 500 },
		);
	});

	it("[private.message] makes any string a text within its bound", () => {
		fc.assert(
			fc.property(anyText(), fc.integer({ min: 0, max: 60 }), (value, max) => {
				const clean = cleanMessage(value, max);
				if (clean === undefined) return;
				expect(clean).toMatch(TEXT);
				expect(Array.from(clean).length).toBeLessThanOrEqual(max);
			}),
			{ numRuns: 2_000 },
		);
	});

	it("[private.message] takes time linear in a hostile text", () => {
		const started = performance.now();
		for (const hostile of [
			"//",
			"/@",
			"@",
			"a:",
			"?",
			"data:",
			"(",
			")",
			"\\",
			"x@/",
			":@",
			"-data:,",
		]) {
			cleanMessage(hostile.repeat(500_000), 512);
			// A bound that keeps all of it reads all of it.
			cleanMessage(`a:${hostile.repeat(20_000)}`, 50_000);
		}
		expect(performance.now() - started).toBeLessThan(20_000);
	});
});
