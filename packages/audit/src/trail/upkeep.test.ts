import type { AuditEvent } from "@mcp-trail/event";
import { describe, expect, it } from "vitest";
import type { System } from "../system.ts";
import { simulatedWorld, type SimulatedWorld } from "../testing/simulated-world.ts";
import { drain, testEvent } from "../testing/trail-check-kit.ts";
import type { Trail } from "../trail.ts";
import { fileTrail, type FileTrailOptions } from "./file-trail.ts";

const dir = "/trail";
const day = 24 * 3_600_000;
const hour = 3_600_000;

const open = (
	world: SimulatedWorld,
	system: System,
	options: Partial<FileTrailOptions> = {},
): Promise<Trail> =>
	world.run(() =>
		fileTrail({ dir, ...options })({
			system,
			complete: (event): AuditEvent => ({ ...testEvent(0), ...event }),
			onError: () => {},
		}),
	);

/** A process whose wall clock can be set. */
function withClock(system: System): {
	readonly system: System;
	readonly set: (byMs: number) => void;
} {
	let offsetMs = 0;
	const { clock } = system;
	return {
		system: { ...system, clock: { ...clock, nowMs: () => clock.nowMs() + offsetMs } },
		set(byMs) {
			offsetMs += byMs;
		},
	};
}

describe("when the wall clock is set back", () => {
	it("tries a failed disk again after a second all the same, and tells of what was lost", async () => {
		const world = simulatedWorld(7);
		const { system, set } = withClock(world.start());
		const trail = await open(world, system);
		const reader = await world.run(() => trail.reader("sink"));
		world.faults.syncError = 1;
		await expect(world.run(() => trail.append(testEvent(1)))).rejects.toMatchObject({
			code: "write_failed",
		});
		world.faults.syncError = 0;
		set(-hour);
		await world.pass(5_000);
		await world.run(() => trail.append(testEvent(2)));
		await world.pass(5_000);
		const events = await world.run(() => drain(reader, 2));
		expect(events.reduce((sum, { event }) => sum + (event.loss?.events ?? 0), 0)).toBe(1);
	});

	it("takes over dead streams all the same", async () => {
		const world = simulatedWorld(7);
		const { system, set } = withClock(world.start());
		const trail = await open(world, system);
		const other = world.start();
		await open(world, other);
		set(-hour);
		other.kill();
		await world.pass(60_000);
		expect(trail.health().head?.sequence).toBe(1);
	});
});

it("[durable.release] keeps the cursor of a reader that is opened again after a long rest", async () => {
	const world = simulatedWorld(7);
	const first = await open(world, world.start(), { readerRetentionMs: day });
	const before = await world.run(() => first.reader("sink"));
	await world.run(() => first.append(testEvent(1)));
	await world.run(() => drain(before, 1));
	await world.run(() => first.append(testEvent(2)));
	await world.run(() => first.close());
	await world.run(() => before.close());
	const rest = world.start();
	await world.run(
		() => new Promise<void>((end) => void rest.timers.after(day / 2, end, { ref: true })),
	);
	await world.run(
		() => new Promise<void>((end) => void rest.timers.after(day, end, { ref: true })),
	);
	const next = await open(world, world.start(), { readerRetentionMs: day });
	const after = await world.run(() => next.reader("sink"));
	await world.run(() => next.close());
	const events = await world.run(() => drain(after, Infinity));
	expect(events.map(({ event }) => event.request?.bytes)).toEqual([2, 0]);
	expect(events.map(({ event }) => event.type)).toEqual(["mcp.request", "trail.recovered"]);
});

it("removes what may go before it refuses an event that is longer than it was rated", async () => {
	const world = simulatedWorld(4);
	const trail = await open(world, world.start(), { maxBytes: 1 << 16, segmentBytes: 4_096 });
	for (let round = 0; round < 20; round++) {
		await world.run(() =>
			Promise.all(Array.from({ length: 10 }, (_, index) => trail.append(testEvent(index)))),
		);
	}
	expect(trail.health().lostEvents).toBe(0);
});

it("[bounded.disk] looks at once for what a dead process has left, where a trail is full", async () => {
	const world = simulatedWorld(9);
	const options = { maxBytes: 1 << 16, segmentBytes: 4_096 };
	const old = world.start();
	const before = await open(world, old, options);
	const trail = await open(world, world.start(), options);
	await world.run(() =>
		Promise.all(Array.from({ length: 50 }, (_, index) => before.append(testEvent(index)))),
	);
	await world.pass(16_000);
	old.kill();
	const reader = await world.run(() => trail.reader("sink"));
	let kept = 0;
	for (; kept < 100; kept += 1) {
		const stored = await world.run(() => trail.append(testEvent(kept)).then(String, () => ""));
		if (stored === "") break;
	}
	expect(kept).toBeLessThan(100);
	expect(reader.lag()).toBe(kept);
	await world.pass(1_500);
	// The dead process's stream is the reader's by now; as it is read, room is made.
	expect(reader.lag()).toBeGreaterThan(kept + 49);
	await world.run(() => drain(reader, 50));
	await world.run(() => trail.append(testEvent(0)));
});
