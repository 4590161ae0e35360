import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../../test/any-text.ts";
import { cleanUri } from "./clean-uri.ts";
import { patterns } from "./patterns.ts";

const URI = new RegExp(patterns.uri, "u");
const PRIVATE = new RegExp(patterns.uriPrivate, "u");

describe("cleanUri", () => {
	it.each([
		["https://example.com/a/b", "https://example.com/a/b"],
		["https://ann:pw@example.com/a?token=1#b", "https://example.com/a"],
		["https://example.com/users/@me", "https://example.com/users/@me"],
		["https://example.com?mail=a@b.example", "https://example.com"],
		["https://example.com#@evil.example", "https://example.com"],
		["https://ann:p?w@example.com/x", "https://ann"],
		["https://example.com:8443/x?y", "https://example.com:8443/x"],
		["https://[2001:db8::1]:8443/x?y", "https://[2001:db8::1]:8443/x"],
		["https://[2001:db8::1]/x?y", "https://[2001:db8::1]/x"],
		["https://a@b@example.com/x", "https://example.com/x"],
		[`https://${"a@".repeat(20)}example.com/x`, "https://example.com/x"],
		["https:\\\\ann:pw@example.com\\x", "https:\\\\example.com\\x"],
		["ht\ntps:/\t/ann:pw@example.com/", "https://example.com/"],
		["\u0000 https://ann:pw@example.com/", "https://example.com/"],
		["https:////ann:pw@example.com/", "https:////example.com/"],
		["//ann:pw@example.com/x", "//example.com/x"],
		["ann:pw@example.com/x", "example.com/x"],
		["ann@example.com:repo.git", "example.com:repo.git"],
		["mailto:ann@example.com?subject=x", "mailto:example.com"],
		["npm:@scope/pkg", "npm:scope/pkg"],
		["jdbc:postgresql://ann:pw@db/x", "jdbc:postgresql://db/x"],
		["mongodb://ann:pw@h1:1,h2:2/x?ssl=true", "mongodb://h1:1,h2:2/x"],
		["file:///etc/hosts", "file:///etc/hosts"],
		["urn:isbn:0451450523?+x", "urn:isbn:0451450523"],
		["data:text/plain;base64,c2VjcmV0", "data:text/plain"],
		["DATA:image/svg+xml,<svg>secret?x</svg>", "data:image/svg+xml"],
		["data:secret", "data:"],
		["data:,secret", "data:"],
		[" data:text/plain,secret", "data:text/plain"],
		["da\tta:text/plain,secret", "data:text/plain"],
		["not a url at all", "not a url at all"],
		["a\u202eb://x@y/\u202e", "a\\u{202e}b://y/\\u{202e}"],
	])("%j becomes %j", (value, clean) => {
		expect(cleanUri(value, 1024)).toBe(clean);
	});

	it.each(["", "?", "#x", "a@", undefined, 7, null])("gives nothing for %j", (value) => {
		expect(cleanUri(value, 1024)).toBeUndefined();
	});

	it("cuts at the bound", () => {
		expect(cleanUri(`https://example.com/${"a".repeat(5000)}?x`, 1024)).toHaveLength(1024);
	});

	const piece = fc.constantFrom(
		"https:",
		"data:",
		"/",
		"//",
		"\\",
		"@",
		"?",
		"#",
		":",
		"a",
		"é",
		"😀",
		"\u202e",
		"\t",
		"\n",
		" ",
		",",
		";",
		"%40",
		"[",
		"]",
		"text/plain",
		"\ud800",
		"8",
	);
	const anything = fc.oneof(
		anyText(),
		fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join("")),
		fc.webUrl({ withQueryParameters: true, withFragments: true }),
	);

	it("[private.uri] makes any string a uri within its bound, and leaves a clean one alone", () => {
		fc.assert(
			fc.property(anything, fc.integer({ min: 0, max: 60 }), (value, max) => {
				const clean = cleanUri(value, max);
				if (clean === undefined) return;
				expect(clean).toMatch(URI);
				expect(clean).not.toMatch(PRIVATE);
				expect(clean).not.toBe("");
				expect(Array.from(clean).length).toBeLessThanOrEqual(max);
				expect(cleanUri(clean, max)).toBe(clean);
			}),
			{ numRuns: 5000 },
		);
	});

	it("[private.uri_canary] keeps no user info, query, fragment or data of any URL a parser accepts", () => {
		const scheme = fc.constantFrom("https:", "http:", "ws:", "ftp:", "file:", "ui:", "foo+bar:");
		const slashes = fc.constantFrom("//", "///", "/\\", "\\\\", "/\t/", "//\n");
		const secret = fc.stringMatching(/^[A-Z]{12}$/);
		fc.assert(
			fc.property(scheme, slashes, secret, secret, secret, (s, sl, user, query, fragment) => {
				const clean = cleanUri(
					`${s}${sl}${user}:${user}@host.example/p?${query}#${fragment}`,
					1024,
				);
				for (const canary of [user, query, fragment]) expect(clean).not.toContain(canary);
			}),
		);
	});

	it("takes time linear in a hostile input", () => {
		const started = performance.now();
		for (const hostile of ["/@", "@", "a:", "\\", "//", "x@/", "\u0000"])
			cleanUri(`${hostile.repeat(1_000_000)}@?`, 1024);
		expect(performance.now() - started).toBeLessThan(10_000);
	});
});
