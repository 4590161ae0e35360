import { it } from "vitest";
import { countsWhatADiskCost, deliversOverKills, forSeeds } from "./simulated-audit.ts";

// `npm run test:long` lives more of them.
const SEEDS = 8;

it("[complete.simulation] delivers all, in order, within its bounds, over kills, slow and lying sinks", () =>
	forSeeds(SEEDS, deliversOverKills));

it("[honest.simulation] counts what a failing disk cost, in the trail itself", () =>
	forSeeds(SEEDS, countsWhatADiskCost));
