import { expect, it } from "vitest";
import { judgeHostileEvents } from "../../scripts/judge-lines.ts";

const runs = 10_000;

it(`[formats.forgery] ${runs} hostile events make one record each, without a forged key or an unmarked cut`, () => {
	const { trimmedLines } = judgeHostileEvents(runs);
	expect(trimmedLines).toBeGreaterThan(runs / 20);
	expect(trimmedLines).toBeLessThan(runs * 0.95);
});
