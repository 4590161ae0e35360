import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../../../test/any-text.ts";
import type { DigestKind } from "../digester.ts";
import { keyedDigester } from "./keyed-digester.ts";

const kinds: readonly DigestKind[] = [
	"arguments",
	"result",
	"uri",
	"session",
	"task",
	"state",
	"token",
	"assertion",
	"principal",
	"command",
	"text",
];

const expected = (
	id: string,
	key: Uint8Array,
	kind: string,
	value: string | Uint8Array,
): string => {
	const hmac = createHmac("sha256", key).update(`mcp-trail/digest/v1\n${kind}\n`).update(value);
	return `hmac-sha256:${id}:${hmac.digest("hex")}`;
};

describe("keyedDigester", () => {
	it("[private.digest] property: equals HMAC-SHA-256 over domain, kind and value, for text and for bytes", () => {
		const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
		const text = fc.oneof(
			anyText({ maxLength: 300 }),
			fc.string({ unit: "grapheme", maxLength: 300 }),
			fc.nat({ max: 8000 }).map((length) => "\u4e00".repeat(length)),
		);
		const value = fc.oneof(text, fc.uint8Array({ maxLength: 40_000 }));
		fc.assert(
			fc.property(
				key,
				fc.constantFrom(...kinds),
				fc.array(value, { maxLength: 5 }),
				(k, kind, values) => {
					const digester = keyedDigester({ id: "2026-11", key: k }, false);
					for (const one of values) {
						expect(digester.digest(kind, one)).toBe(expected("2026-11", k, kind, one));
					}
				},
			),
			{ numRuns: 200 },
		);
	});

	it("[private.digest] property: is the same whatever was digested before", () => {
		const key = new Uint8Array(32).fill(9);
		const value = fc.oneof(fc.constantFrom("a", "b", ""), fc.constant("\u4e00".repeat(6000)));
		const call = fc.record({
			kind: fc.constantFrom<DigestKind>("arguments", "result", "token"),
			value: fc.oneof(value, fc.constantFrom(Buffer.from("a"), Buffer.from("b"))),
		});
		fc.assert(
			fc.property(fc.array(call, { maxLength: 20 }), (calls) => {
				const digester = keyedDigester({ id: "k", key }, false);
				for (const one of calls)
					expect(digester.digest(one.kind, one.value)).toBe(
						expected("k", key, one.kind, one.value),
					);
			}),
		);
	});

	it("gives the digest of the documented form, and different ones for different kinds and keys", () => {
		const key = new Uint8Array(32).fill(7);
		const one = keyedDigester({ id: "a", key }, true);
		const other = keyedDigester({ id: "a", key: new Uint8Array(32).fill(8) }, true);
		expect(one.digest("arguments", "{}")).toMatch(/^hmac-sha256:a:[0-9a-f]{64}$/);
		expect(new Set(kinds.map((kind) => one.digest(kind, "x"))).size).toBe(kinds.length);
		expect(one.digest("text", "x")).not.toBe(other.digest("text", "x"));
		expect(one.digest("text", "\ud800")).toBe(one.digest("text", "\ufffd"));
	});

	it("does not show its key", () => {
		const key = new TextEncoder().encode("canary-canary-canary-canary-4242");
		const digester = keyedDigester({ id: "a", key }, false);
		const shown = `${JSON.stringify(digester)} ${String(Object.entries(digester))}`;
		expect(shown).not.toContain("canary");
		expect(shown).not.toContain(Buffer.from(key).toString("base64"));
		expect(shown).not.toContain(String([...key].slice(0, 4)));
	});

	it("is not changed by what its caller does with the key afterwards", () => {
		const key = new Uint8Array(32).fill(7);
		const digester = keyedDigester({ id: "a", key }, false);
		const before = digester.digest("text", "x");
		key.fill(0);
		expect(digester.digest("text", "x")).toBe(before);
	});
});
