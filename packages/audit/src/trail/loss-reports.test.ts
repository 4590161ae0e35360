import { expect, it } from "vitest";
import { simulatedWorld } from "../testing/simulated-world.ts";
import { lossReports } from "./loss-reports.ts";

it("[honest.lost] tells what was lost soon after there is room again, though the next report was far off", async () => {
	const world = simulatedWorld(1);
	const wokenMs: number[] = [];
	const startMs = world.nowMs();
	const reports = lossReports(
		world.start(),
		() => true,
		() => wokenMs.push(world.nowMs() - startMs),
	);
	reports.begin(true);
	reports.schedule();
	await world.pass(5_000);
	reports.roomChanged();
	reports.schedule();
	await world.pass(1_500);
	expect(wokenMs).toEqual([6_000]);
	expect(reports.due()).toBe(true);
	await world.pass(120_000);
	expect(wokenMs).toHaveLength(1);
});
