import { expect, it } from "vitest";
import { countsWhatADiskCost, deliversOverKills, heldFor } from "./simulated-audit.ts";

const SEEDS = 200;

it(`[complete.simulation] delivers all, in order, within its bounds, over kills, slow and lying sinks in ${SEEDS} seeded worlds`, async () => {
	expect(await heldFor(SEEDS, deliversOverKills)).toBe(SEEDS);
});

it(`[honest.simulation] counts what a failing disk cost, in the trail itself in ${SEEDS} seeded worlds`, async () => {
	expect(await heldFor(SEEDS, countsWhatADiskCost)).toBe(SEEDS);
});
