import fc from "fast-check";
import { expect, it } from "vitest";
import { anyText } from "../../../../test/any-text.ts";
import { weigh } from "./weigh.ts";

it("property: six times the weight is never less than the bytes of the JSON text", () => {
	const { value } = fc.letrec((tie) => ({
		value: fc.oneof(
			{ depthSize: "small", maxDepth: 6 },
			anyText(),
			fc.maxSafeInteger(),
			fc.boolean(),
			fc.array(tie("value"), { maxLength: 5 }),
			fc.dictionary(anyText(), tie("value"), { maxKeys: 5 }),
		),
	}));
	fc.assert(
		fc.property(value, (one) => {
			const bytes = Buffer.byteLength(JSON.stringify(one));
			expect(weigh(one) * 6).toBeGreaterThanOrEqual(bytes);
		}),
		{ numRuns: 1000 },
	);
});

it("is NaN for what is not JSON as the format has it", () => {
	const cycle: unknown[] = [];
	cycle.push(cycle);
	const wrong = [null, 0.5, Number.NaN, 2 ** 53, 1n, Symbol("x"), () => 1, cycle];
	for (const value of wrong) {
		expect(weigh(value)).toBeNaN();
		expect(weigh({ deep: [{ value }] })).toBeNaN();
	}
});
