import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundedTable } from "./bounded-table.ts";

const key = fc.constantFrom("a", "b", "c", "d", "e");
const step = fc.oneof(
	fc.record({ do: fc.constant("set" as const), key, value: fc.nat(9) }),
	fc.record({ do: fc.constant("delete" as const), key }),
	fc.record({ do: fc.constant("wait" as const), ms: fc.nat(60) }),
);

describe("a bounded table", () => {
	it("[bounded.correlation] keeps what was set last, no more than it may and no longer than it may", () => {
		fc.assert(
			fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
				let now = 0;
				const table = boundedTable<number>({ maxEntries: 3, ttlMs: 100, nowMs: () => now });
				let kept: { readonly key: string; readonly value: number; readonly at: number }[] = [];
				for (const one of steps) {
					if (one.do === "wait") now += one.ms;
					else kept = kept.filter((row) => row.key !== one.key);
					kept = kept.filter(({ at }) => at + 100 > now);
					if (one.do === "delete") table.delete(one.key);
					if (one.do === "set") {
						kept = [...kept, { key: one.key, value: one.value, at: now }].slice(-3);
						table.set(one.key, one.value);
					}
					expect(table.size()).toBeLessThanOrEqual(3);
					for (const name of ["a", "b", "c", "d", "e"])
						expect(table.get(name)).toBe(kept.find((row) => row.key === name)?.value);
				}
			}),
			{ numRuns: 200 },
		);
	});
});
