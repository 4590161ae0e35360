import { randomFillSync } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { patterns } from "./patterns.ts";
import { UUID7_RANDOM_BYTES, uuid7 } from "./uuid7.ts";

it("places time, version and variant as RFC 9562 says", () => {
	// Appendix A.6: 2022-02-22T19:22:22Z, rand_a cc3, rand_b 18c4dc0c0c07398f.
	const random = Uint8Array.from([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
	expect(uuid7(0x017f22e279b0, random)).toBe("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
});

const nearest = (now: number): number => Math.min(Math.max(Math.trunc(now) || 0, 0), 2 ** 48 - 1);

it("is an id7 for any time and any bytes, and keeps the time", () => {
	const bytes = fc.uint8Array({ minLength: UUID7_RANDOM_BYTES, maxLength: UUID7_RANDOM_BYTES });
	fc.assert(
		fc.property(
			fc.oneof(fc.double(), fc.integer({ min: 0, max: 2 ** 48 - 1 })),
			bytes,
			(now, random) => {
				const id = uuid7(now, random);
				expect(id).toMatch(new RegExp(patterns.id7, "u"));
				expect(Number.parseInt(id.replace("-", "").slice(0, 12), 16)).toBe(nearest(now));
			},
		),
	);
});

it("takes its bytes from the offset on, and refuses a pool that is too short", () => {
	const pool = randomFillSync(new Uint8Array(30));
	expect(uuid7(1, pool, 10)).toBe(uuid7(1, pool.subarray(10)));
	expect(() => uuid7(1, pool, 21)).toThrow("larger pool");
});
