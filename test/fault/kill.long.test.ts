import { expect, it } from "vitest";
import { seededRandom } from "@mcp-trail/audit/testing";
import { compiled } from "../compiled.ts";
import { killRounds, killWriter } from "./kill-rounds.ts";
import { inFolder } from "./support.ts";

const writer = compiled(killWriter);

// 1,000 rounds by KILL_ROUNDS=1000.
const rounds = Number(process.env["KILL_ROUNDS"] ?? 50);

it(
	`[durable.kill9] keeps and delivers every acknowledged event over ${rounds} kills`,
	{ timeout: 7_200_000 },
	() =>
		inFolder(async (dir) => {
			const seed = Number(process.env["KILL_SEED"] ?? Date.now() % 1_000_000);
			const random = seededRandom(seed);
			const result = await killRounds({
				writer: writer(),
				dir,
				rounds,
				telling: 10,
				cap: Math.max(300, rounds),
				acknowledgements: 1_000,
				random: () => random.next(),
			});
			console.log(`kill -9, KILL_SEED=${seed}: ${JSON.stringify(result)}`);
			expect(result.violations).toEqual([]);
			expect(result.leastAcknowledged).toBeGreaterThanOrEqual(1_000);
			expect(result.rounds).toBeGreaterThanOrEqual(rounds);
			expect(result.partialLines + result.unacknowledgedLines).toBeGreaterThanOrEqual(10);
		}),
);
