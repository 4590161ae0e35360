import { describe, expect, it } from "vitest";
import { isMissed } from "./report.ts";
import { estimate, rounds, warmUpFor, type Side } from "./rounds.ts";

describe("bench statistics", () => {
	it("[bench.interval] gives median and the 2nd lowest and highest of 11", () => {
		const figure = estimate([11, 1, 10, 2, 9, 3, 8, 4, 7, 5, 6]);
		expect(figure).toMatchObject({ median: 6, low: 2, high: 10 });
	});

	it("[bench.interval] calls a target missed only when the whole interval lies on the wrong side", () => {
		const figure = { median: 3, low: 1.9, high: 4, values: [] };
		expect(isMissed(figure, { kind: "at_most", value: 2 })).toBe(false);
		expect(isMissed(figure, { kind: "at_most", value: 1.8 })).toBe(true);
		expect(isMissed(figure, { kind: "at_least", value: 4.1 })).toBe(true);
		expect(isMissed(figure, { kind: "at_least", value: 4 })).toBe(false);
	});

	it("[bench.interval] warms up for thousands of calls, however short a round is", () => {
		expect([50, 1000, 20_000].map((items) => warmUpFor(items, 1))).toEqual([
			20_000, 20_000, 40_000,
		]);
		expect([50, 1000, 4000].map((items) => warmUpFor(items, 0.25))).toEqual([5000, 5000, 8000]);
	});

	it("[bench.interval] interleaves the sides and does not count the warm-up", async () => {
		const order: string[] = [];
		const side = (name: string): Side => ({
			name,
			run: (items) => {
				order.push(name);
				return Promise.resolve({ items, cpuUs: 1, wallUs: 1 });
			},
			close: () => Promise.resolve(),
		});
		const measured = await rounds([side("a"), side("b")], { rounds: 3, items: 1 });
		expect(order.join("")).toBe("abbaabba");
		expect(measured.get("a")).toHaveLength(3);
	});
});
