import { it } from "vitest";
import { countsWhatADiskCost, deliversOverKills, forSeeds } from "./simulated-audit.ts";

const SEEDS = 200;

it(`[complete.simulation] delivers all, in order, within its bounds, over kills, slow and lying sinks in ${SEEDS} seeded worlds`, () =>
	forSeeds(SEEDS, deliversOverKills));

it(`[honest.simulation] counts what a failing disk cost, in the trail itself in ${SEEDS} seeded worlds`, () =>
	forSeeds(SEEDS, countsWhatADiskCost));
