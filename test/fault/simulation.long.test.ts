import { expect, it } from "vitest";
import { live } from "./simulated-life.ts";

const { TRAIL_SEEDS = "3000" } = process.env;

it(
	`[durable.simulated] loses nothing acknowledged in ${TRAIL_SEEDS} seeded worlds`,
	{ timeout: 7_200_000 },
	async () => {
		for (let seed = 1; seed <= Number(TRAIL_SEEDS); seed++) {
			expect(await live(seed), `TRAIL_SEED=${seed}`).toBeUndefined();
		}
	},
);
