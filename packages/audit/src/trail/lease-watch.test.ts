import type { AuditEvent } from "@mcp-trail/event";
import { describe, expect, it } from "vitest";
import type { System } from "../system.ts";
import {
	simulatedWorld,
	type SimulatedProcess,
	type SimulatedWorld,
} from "../testing/simulated-world.ts";
import { testEvent } from "../testing/trail-check-kit.ts";
import type { Trail } from "../trail.ts";
import { fileTrail } from "./file-trail.ts";
import { inspectTrail } from "./inspect-trail.ts";

const dir = "/trail";
const minute = 60_000;

/** A process of a host whose clock is wrong by so much. */
function skewed(world: SimulatedWorld, host: string, byMs: number): SimulatedProcess {
	const process = world.start({ host });
	const { clock } = process;
	return { ...process, clock: { ...clock, nowMs: () => clock.nowMs() + byMs } };
}

const open = (world: SimulatedWorld, system: System, errors: Error[] = []): Promise<Trail> =>
	world.run(() =>
		fileTrail({ dir })({
			system,
			complete: (event): AuditEvent => ({ ...testEvent(0), ...event }),
			onError: (error) => void errors.push(error),
		}),
	);

const adopted = async (world: SimulatedWorld): Promise<readonly (boolean | undefined)[]> => {
	const { streams } = await world.run(() => inspectTrail(dir, world.start()));
	return streams.map(({ owner }) => owner?.adopted);
};

describe("two hosts that share a folder", () => {
	it.each([
		["two minutes behind", -2 * minute],
		["nearly a quarter of an hour behind", -14 * minute],
		["two minutes ahead", 2 * minute],
		["nearly a quarter of an hour ahead", 14 * minute],
	])(
		"[durable.lease] leave each other's streams alone as long as both live, though one's clock is %s",
		async (_, byMs) => {
			const world = simulatedWorld(1);
			const errors: Error[] = [];
			const one = await open(world, skewed(world, "one", 0), errors);
			const process = skewed(world, "two", byMs);
			const two = await open(world, process, errors);
			await world.pass(5 * minute);
			expect(await adopted(world)).toEqual([false, false]);
			await world.run(() => one.append(testEvent(1)));
			await world.run(() => two.append(testEvent(2)));
			expect(errors).toEqual([]);
			process.kill();
			await world.pass(100_000);
			const owners = await adopted(world);
			expect(owners.filter((isAdopted) => isAdopted)).toHaveLength(1);
		},
	);

	it("[durable.lease] leave each other's streams alone after both stood still at once", async () => {
		const world = simulatedWorld(1);
		const errors: Error[] = [];
		let asleep = false;
		/** Stops with the other one, and goes on a little later where it is told to. */
		const stopped = (host: string, lateMs: number): System => {
			const { timers, ...process } = world.start({ host });
			const after: System["timers"]["after"] = (ms, fn, options) =>
				timers.after(ms, () => (asleep ? void after(lateMs + 500, fn, options) : fn()), options);
			return { ...process, timers: { after } };
		};
		const one = await open(world, stopped("one", 0), errors);
		const two = await open(world, stopped("two", 3_000), errors);
		await world.pass(2 * minute);
		for (const sleepMs of [50_000, 20 * minute]) {
			asleep = true;
			await world.pass(sleepMs);
			asleep = false;
			await world.pass(2 * minute);
		}
		expect(await adopted(world)).toEqual([false, false]);
		await world.run(() => one.append(testEvent(1)));
		await world.run(() => two.append(testEvent(2)));
		expect(errors).toEqual([]);
	});

	it("[durable.fence] say so where clocks differ by more, and fork nothing", async () => {
		const world = simulatedWorld(1);
		const errors: Error[] = [];
		const one = await open(world, skewed(world, "one", 0), errors);
		await world.run(() => one.append(testEvent(1)));
		await open(world, skewed(world, "two", 60 * minute));
		expect(await adopted(world)).toEqual([true, false]);
		await world.pass(minute);
		await expect(world.run(() => one.append(testEvent(2)))).rejects.toMatchObject({
			code: "closed",
			message: expect.stringContaining("clocks of the hosts"),
		});
		expect(errors.map((error) => "code" in error && error.code)).toEqual(["ownership_lost"]);
	});
});

it("[durable.fence] looks whose stream it is before it writes again, after it stood still", async () => {
	const world = simulatedWorld(2);
	const process = world.start({ host: "elsewhere" });
	let asleep = false;
	const timers: System["timers"] = {
		after: (ms, fn, options) => process.timers.after(ms, () => asleep || fn(), options),
	};
	const first = await open(world, { ...process, timers });
	await world.run(() => first.append(testEvent(1)));
	asleep = true;
	await open(world, world.start());
	await world.pass(5 * minute);
	expect(await adopted(world)).toEqual([true, false]);
	// It wakes, and writes before any of its timers has come due.
	await expect(world.run(() => first.append(testEvent(2)))).rejects.toMatchObject({
		code: "closed",
	});
	const { streams } = await world.run(() => inspectTrail(dir, world.start()));
	const { segments = [] } = streams[0] ?? {};
	const disk = await world.run(() => world.start().files.open(segments[0]?.path ?? "", "read"));
	const text = Buffer.from(await world.run(() => disk.read(1 << 20, 0))).toString();
	expect(text.split("\n").filter((line) => line !== "")).toHaveLength(1);
});
