import type { AuditEvent } from "@mcp-trail/event";
import { describe, expect, it } from "vitest";
import {
	simulatedWorld,
	type SimulatedProcess,
	type SimulatedWorld,
} from "../testing/simulated-world.ts";
import { drain, testEvent } from "../testing/trail-check-kit.ts";
import type { Trail } from "../trail.ts";
import { fileTrail, type FileTrailOptions } from "./file-trail.ts";
import { followTrail } from "./follow-trail.ts";
import { inspectTrail } from "./inspect-trail.ts";

const dir = "/trail";
const day = 24 * 3_600_000;

async function open(
	world: SimulatedWorld,
	system: SimulatedProcess,
	options: Partial<FileTrailOptions> = {},
): Promise<Trail> {
	return world.run(() =>
		fileTrail({ dir, ...options })({
			system,
			complete: (event): AuditEvent => ({ ...testEvent(0), ...event }),
			onError(error) {
				throw error;
			},
		}),
	);
}

function append(world: SimulatedWorld, trail: Trail, count: number): Promise<unknown> {
	return world.run(() =>
		Promise.all(Array.from({ length: count }, (_, index) => trail.append(testEvent(index)))),
	);
}

describe("fileTrail", () => {
	it.each([
		{ options: { dir: "" }, names: "dir" },
		{ options: { dir, maxBytes: 10 }, names: "maxBytes" },
		{ options: { dir, segmentBytes: 0.5 }, names: "segmentBytes" },
		{ options: { dir, readerRetentionMs: -1 }, names: "readerRetentionMs" },
	])("refuses a wrong option by its name: $names", ({ options, names }) => {
		expect(() => fileTrail(options)).toThrow(TypeError);
		expect(() => fileTrail(options)).toThrow(names);
	});

	it("[durable.release] releases a reader nobody opens after readerRetention, and records what it misses", async () => {
		const world = simulatedWorld(2);
		const trail = await open(world, world.start(), { readerRetentionMs: day });
		const old = await world.run(() => trail.reader("old"));
		const kept = await world.run(() => trail.reader("kept"));
		await append(world, trail, 10);
		const batch = await world.run(() =>
			old.read({ events: 4, bytes: 1 << 20, lingerMs: 0 }, new AbortController().signal),
		);
		await world.run(async () => batch && old.commit(batch.end));
		await world.run(() => trail.close());
		await world.run(() => old.close());
		await world.run(() => kept.close());
		const next = await open(world, world.start(), { readerRetentionMs: day });
		const reader = await world.run(() => next.reader("kept"));
		await world.pass(day / 2);
		const streamOf = async () =>
			(await world.run(() => inspectTrail(dir, world.start()))).streams[0]?.cursors;
		expect(await streamOf()).toEqual({ kept: 0, old: 4 });
		await world.pass(day);
		expect(await streamOf()).toEqual({ kept: 0 });
		await world.run(() => next.close());
		const events = await world.run(() => drain(reader, Infinity));
		const released = events.find(({ event }) => event.type === "trail.sink_refused");
		// Six of the first stream and the trail.recovered of the second.
		expect(released?.event.sink).toEqual({ name: "old", code: "reader_released", events: 7 });
	});

	it("opens no reader whose cursor cannot be kept", async () => {
		const world = simulatedWorld(3);
		const trail = await open(world, world.start());
		await append(world, trail, 3);
		world.faults.writeError = 1;
		await expect(world.run(() => trail.reader("sink", "newest"))).rejects.toMatchObject({
			code: "storage_failed",
			message: expect.stringContaining("reader sink"),
		});
		world.faults.writeError = 0;
		const reader = await world.run(() => trail.reader("sink", "newest"));
		expect(reader.lag()).toBe(0);
	});

	it("[durable.lease] takes over the stream of a dead host once its lease has run out", async () => {
		const world = simulatedWorld(2);
		const far = world.start({ host: "elsewhere" });
		const first = await open(world, far);
		await append(world, first, 3);
		const trail = await open(world, world.start());
		const reader = await world.run(() => trail.reader("sink"));
		await world.pass(120_000);
		expect(reader.lag()).toBe(0);
		far.kill();
		await world.pass(30_000);
		expect(reader.lag()).toBe(0);
		await world.pass(60_000);
		expect(reader.lag()).toBe(4);
	});

	it("[honest.lost] goes on after a disk that failed for a while, and tells what it could not keep", async () => {
		const world = simulatedWorld(5);
		const errors: Error[] = [];
		const trail = await world.run(() =>
			fileTrail({ dir })({
				system: world.start(),
				complete: (event): AuditEvent => ({ ...testEvent(0), ...event }),
				onError: (error) => errors.push(error),
			}),
		);
		const reader = await world.run(() => trail.reader("sink"));
		await append(world, trail, 5);
		world.faults.syncError = 1;
		const refused = await world.run(() =>
			Promise.allSettled(Array.from({ length: 7 }, (_, index) => trail.append(testEvent(index)))),
		);
		expect(refused.map(({ status }) => status)).toEqual(Array(7).fill("rejected"));
		expect(trail.health().lastError).toContain("fdatasync");
		world.faults.syncError = 0;
		await world.pass(5_000);
		expect(trail.health().lastError).toBeUndefined();
		await append(world, trail, 2);
		await world.run(() => trail.close());
		const events = await world.run(() => drain(reader, Infinity));
		expect(events.map(({ event }) => event.loss?.events ?? 0)).toEqual([0, 0, 0, 0, 0, 7, 0, 0]);
		expect(events[5]?.event.loss).toMatchObject({ cause: "write_failed", stream_total: 7 });
		expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
		expect(errors).toHaveLength(1);
		expect(errors[0]?.message).toContain(dir);
	});

	it("[durable.fence] stops writing when another process has taken its stream", async () => {
		const world = simulatedWorld(2);
		const process = world.start({ host: "elsewhere" });
		const errors: Error[] = [];
		// A process that stands still: its timers come due and do nothing until it wakes.
		const missed: (() => void)[] = [];
		let asleep = true;
		const timers = {
			after: (ms: number, fn: () => void, options: { readonly ref: boolean }) =>
				process.timers.after(ms, () => (asleep ? missed.push(fn) : fn()), options),
		};
		const first = await world.run(() =>
			fileTrail({ dir })({
				system: { ...process, timers },
				complete: (event): AuditEvent => ({ ...testEvent(0), ...event }),
				onError: (error) => errors.push(error),
			}),
		);
		await append(world, first, 1);
		const second = await open(world, world.start());
		await world.pass(120_000);
		expect(second.health().head?.sequence).toBe(1);
		asleep = false;
		for (const fn of missed) fn();
		await world.pass(1_000);
		await expect(world.run(() => first.append(testEvent(2)))).rejects.toMatchObject({
			code: "closed",
			message: expect.stringContaining("taken over"),
		});
		expect(errors.map((error) => "code" in error && error.code)).toEqual(["ownership_lost"]);
		await world.run(() => first.close());
		const { streams } = await world.run(() => inspectTrail(dir, world.start()));
		expect(streams.map(({ owner }) => owner?.adopted)).toEqual([true, false]);
	});

	it("refuses what was queued before it learned that its stream is another's", async () => {
		const world = simulatedWorld(2);
		const process = world.start({ host: "elsewhere" });
		const missed: (() => void)[] = [];
		const timers = {
			after(_ms: number, fn: () => void) {
				missed.push(fn);
				return () => {};
			},
		};
		const first = await world.run(() =>
			fileTrail({ dir, maxQueueBytes: 1 << 30 })({
				system: { ...process, timers },
				complete: (event): AuditEvent => ({ ...testEvent(0), ...event }),
				onError: () => {},
			}),
		);
		await append(world, first, 1);
		await open(world, world.start());
		await world.pass(120_000);
		// It wakes: the round that finds the new owner runs beside the writing of five batches.
		for (const fn of missed) fn();
		const results = await world.run(() =>
			Promise.allSettled(Array.from({ length: 5_000 }, (_, i) => first.append(testEvent(i)))),
		);
		const refused = results.filter(({ status }) => status === "rejected");
		expect(refused.length).toBeGreaterThan(0);
		for (const one of refused) expect(one).toMatchObject({ reason: { code: "closed" } });
	});
});

it("[durable.torn] leaves nothing of a failed write behind when it ends before the next one", async () => {
	const world = simulatedWorld(4);
	const process = world.start();
	const trail = await world.run(() =>
		fileTrail({ dir })({
			system: process,
			complete: (event): AuditEvent => ({ ...testEvent(0), ...event }),
			onError: () => {},
		}),
	);
	await append(world, trail, 3);
	world.faults.writeError = 1;
	await expect(append(world, trail, 1)).rejects.toMatchObject({ code: "write_failed" });
	world.faults.writeError = 0;
	await world.run(() => trail.close());
	const next = await open(world, world.start());
	const reader = await world.run(() => next.reader("sink"));
	const events = await world.run(() => drain(reader, 4));
	const recovery = events.find(({ event }) => event.recovery !== undefined)?.event.recovery;
	expect(recovery).toMatchObject({ clean_end: true });
	expect(recovery).not.toHaveProperty("torn_bytes");
});

it("ends for its readers and lets its stream go, though the disk has no room to say that it ended", async () => {
	const world = simulatedWorld(3);
	const process = world.start();
	const { files } = process;
	const full: SimulatedProcess["files"] = {
		...files,
		open: (path, flag) =>
			path.includes("ended.json")
				? Promise.reject(Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC" }))
				: files.open(path, flag),
	};
	const trail = await open(world, { ...process, files: full });
	const reader = await world.run(() => trail.reader("sink"));
	await append(world, trail, 3);
	await expect(world.run(() => trail.close())).rejects.toThrow("ENOSPC");
	expect(await world.run(() => drain(reader, Infinity))).toHaveLength(3);
	await world.run(() => reader.close());
	const { streams } = await world.run(() => inspectTrail(dir, world.start()));
	expect(streams[0]?.owner?.alive).toBe(false);
});

describe("inspectTrail and followTrail", () => {
	it("follow on after the folder could not be listed for a while", async () => {
		const world = simulatedWorld(4);
		const trail = await open(world, world.start());
		const follower = await world.run(() => followTrail(dir, { system: world.start() }));
		await world.run(() => drain(follower, 0));
		world.faults.entryError = 1;
		await world.pass(2_000);
		world.faults.entryError = 0;
		await append(world, trail, 3);
		expect(await world.run(() => drain(follower, 3))).toHaveLength(3);
		await world.run(() => follower.close());
	});

	it("follow on when a dead stream is removed before it was read", async () => {
		const world = simulatedWorld(4);
		const writer = world.start();
		const options = { maxBytes: 1 << 16, segmentBytes: 4_096 };
		const first = await open(world, writer, options);
		await append(world, first, 30);
		writer.kill();
		const follower = await world.run(() => followTrail(dir, { system: world.start() }));
		const trail = await open(world, world.start(), options);
		for (let round = 0; round < 10; round++) await append(world, trail, 10);
		const { streams } = await world.run(() => inspectTrail(dir, world.start()));
		expect(streams).toHaveLength(1);
		await world.pass(1_000);
		const events = await world.run(() => drain(follower, 10));
		expect(events[0]?.stream).toBe(trail.health().streamId);
		await world.run(() => follower.close());
	});

	it("see what is there without touching it", async () => {
		const world = simulatedWorld(4);
		const writer = world.start();
		const trail = await open(world, writer, { segmentBytes: 4_096 });
		await append(world, trail, 30);
		const before = await world.run(async () => JSON.stringify(await inspectTrail(dir, writer)));
		const [stream] = (await world.run(() => inspectTrail(dir, world.start()))).streams;
		expect(stream?.owner).toMatchObject({ alive: true, adopted: false, pid: writer.process.pid });
		expect(stream?.segments.length).toBeGreaterThan(3);
		expect(stream?.segments[0]?.firstSequence).toBe(1);
		expect(stream?.ended).toBeUndefined();

		const follower = await world.run(() => followTrail(dir, { system: world.start() }));
		expect(await world.run(() => drain(follower, 30))).toHaveLength(30);
		await append(world, trail, 20);
		const more = await world.run(() => drain(follower, 20));
		expect(more.map(({ sequence }) => sequence)).toEqual(
			Array.from({ length: 20 }, (_, index) => index + 31),
		);
		await world.run(() => follower.close());
		const after = await world.run(async () => JSON.stringify(await inspectTrail(dir, writer)));
		expect(JSON.parse(after).streams[0].cursors).toEqual(JSON.parse(before).streams[0].cursors);
		await world.run(() => trail.close());
		const ended = (await world.run(() => inspectTrail(dir, world.start()))).streams[0];
		expect(ended?.ended).toMatchObject({ lastSequence: 50 });
		expect(ended?.owner?.alive).toBe(false);
	});

	it("keep a follower's place in its own folder, and end when asked for what is there", async () => {
		const world = simulatedWorld(4);
		const trail = await open(world, world.start());
		await append(world, trail, 10);
		const follow = () =>
			world.run(() => followTrail(dir, { system: world.start(), cursorDir: "/own", once: true }));
		const first = await follow();
		expect(await world.run(() => drain(first, Infinity))).toHaveLength(10);
		await world.run(() => first.close());
		await append(world, trail, 3);
		const second = await follow();
		const rest = await world.run(() => drain(second, Infinity));
		expect(rest.map(({ sequence }) => sequence)).toEqual([11, 12, 13]);
	});
});
