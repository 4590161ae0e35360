import fc from "fast-check";
import { expect, it } from "vitest";
import { timeText } from "./time-text.ts";

const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

it("writes every time as toISOString does, whichever way the clock goes", () => {
	fc.assert(
		fc.property(
			fc.array(fc.oneof(fc.integer({ min: 0, max: LAST }), fc.integer({ min: 0, max: 3000 }))),
			(times) => {
				for (const ms of times) expect(timeText(ms)).toBe(new Date(ms).toISOString());
			},
		),
	);
});

it.each([
	[-1, 0],
	[Number.NaN, 0],
	[Number.POSITIVE_INFINITY, LAST],
	[LAST + 1, LAST],
	[7.9, 7],
])("brings %s to the nearest time of the format", (ms, nearest) => {
	expect(timeText(ms)).toBe(new Date(nearest).toISOString());
});
