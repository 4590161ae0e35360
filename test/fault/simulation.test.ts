import { expect, it } from "vitest";
import { live } from "./simulated-life.ts";

// One alone by TRAIL_SEED=17; `npm run test:long` lives thousands.
const { TRAIL_SEED } = process.env;

it("[durable.simulated] loses nothing acknowledged in seeded worlds of crashes, power losses and failing disks", async () => {
	const first = Number(TRAIL_SEED ?? 1);
	const last = TRAIL_SEED === undefined ? 16 : first;
	for (let seed = first; seed <= last; seed++) {
		expect(await live(seed), `TRAIL_SEED=${seed}`).toBeUndefined();
	}
});
