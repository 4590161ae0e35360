import { expect, it } from "vitest";
import { seededRandom } from "@mcp-trail/audit/testing";
import { compiled } from "../compiled.ts";
import { killRounds, killWriter } from "./kill-rounds.ts";
import { inFolder } from "./support.ts";

const writer = compiled(killWriter);

it("[durable.kill9] keeps and delivers every acknowledged event when the writer is killed", () =>
	inFolder(async (dir) => {
		const random = seededRandom(9);
		const result = await killRounds({
			writer: writer(),
			dir,
			// Each aim of a kill once; `npm run test:long` has fifty.
			rounds: 4,
			telling: 2,
			cap: 12,
			acknowledgements: 1_000,
			random: () => random.next(),
		});
		expect(result.violations).toEqual([]);
		expect(result.leastAcknowledged).toBeGreaterThanOrEqual(1_000);
		expect(result.partialLines).toBeGreaterThanOrEqual(1);
		expect(result.unacknowledgedLines).toBeGreaterThanOrEqual(1);
	}));
