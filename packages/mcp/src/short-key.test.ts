import fc from "fast-check";
import { expect, it } from "vitest";
import { shortKey } from "./short-key.ts";

it("[bounded.keys] what a peer made long is held as a digest, and still told from everything else", () => {
	fc.assert(
		fc.property(fc.string({ maxLength: 200 }), fc.string({ maxLength: 200 }), (one, other) => {
			expect(shortKey(one).length).toBeLessThanOrEqual(71);
			expect(shortKey(one) === shortKey(other)).toBe(one === other);
			expect(shortKey(shortKey(one)) === shortKey(one)).toBe(one.length <= 64);
		}),
	);
	expect(shortKey("x".repeat(1_000_000))).toHaveLength(71);
});
