import { expect, it } from "vitest";
import { countsWhatADiskCost, deliversOverKills, heldFor } from "./simulated-audit.ts";

// `npm run test:long` lives more of them.
const SEEDS = 8;

it("[complete.simulation] delivers all, in order, within its bounds, over kills, slow and lying sinks", async () => {
	expect(await heldFor(SEEDS, deliversOverKills)).toBe(SEEDS);
});

it("[honest.simulation] counts what a failing disk cost, in the trail itself", async () => {
	expect(await heldFor(SEEDS, countsWhatADiskCost)).toBe(SEEDS);
});
