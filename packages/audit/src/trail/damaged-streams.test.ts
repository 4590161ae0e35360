import type { AuditEvent } from "@mcp-trail/event";
import { verifier, type VerifyReport } from "@mcp-trail/integrity";
import { expect, it } from "vitest";
import {
	simulatedWorld,
	type SimulatedProcess,
	type SimulatedWorld,
} from "../testing/simulated-world.ts";
import { drain, testEvent } from "../testing/trail-check-kit.ts";
import type { Trail } from "../trail.ts";
import { fileTrail } from "./file-trail.ts";
import { inspectTrail, readSegments } from "./inspect-trail.ts";

const dir = "/trail";
const limits = { dir, maxBytes: 1 << 16, segmentBytes: 4_096 };

const open = (world: SimulatedWorld, system: SimulatedProcess, errors: Error[]): Promise<Trail> =>
	world.run(() =>
		fileTrail(limits)({
			system,
			complete: (event): AuditEvent => ({ ...testEvent(0), ...event }),
			onError: (error) => void errors.push(error),
		}),
	);

const append = (world: SimulatedWorld, trail: Trail, count: number): Promise<unknown> =>
	world.run(() =>
		Promise.all(Array.from({ length: count }, (_, index) => trail.append(testEvent(index)))),
	);

const segmentsOf = async (world: SimulatedWorld, streamId: string) => {
	const { streams } = await world.run(() => inspectTrail(dir, world.start()));
	return streams.find((one) => one.streamId === streamId)?.segments ?? [];
};

/** Makes bytes of a file unreadable. */
const spoil = (world: SimulatedWorld, path: string, at: number, length: number): Promise<void> =>
	world.run(async () => {
		const file = await world.start().files.open(path, "update");
		await file.writev([Buffer.alloc(length, "#")], at);
	});

const verify = (world: SimulatedWorld): Promise<VerifyReport> =>
	world.run(async () => {
		const system = world.start();
		const verification = verifier({ context: "trail" });
		for (const { streamId, segments } of (await inspectTrail(dir, system)).streams) {
			for (const segment of segments) {
				verification.begin({ name: segment.path, streamId });
				for await (const chunk of readSegments([segment], system)) verification.push(chunk);
			}
		}
		return verification.end();
	});

/** A world in which a process has died that left a stream of 40 records, which a sink has or has not. */
async function left({ isDelivered = false } = {}) {
	const world = simulatedWorld(1);
	const errors: Error[] = [];
	const old = world.start();
	const before = await open(world, old, errors);
	const reader = isDelivered ? await world.run(() => before.reader("sink")) : undefined;
	await append(world, before, 40);
	if (reader !== undefined) await world.run(() => drain(reader, 40));
	const { streamId } = before.health();
	old.kill();
	return { world, errors, streamId };
}

/** The next process takes over what was left, and a sink reads. */
async function takenOver(world: SimulatedWorld, errors: Error[]) {
	const trail = await open(world, world.start(), errors);
	return { trail, reader: await world.run(() => trail.reader("sink")) };
}

/** Writes and reads on, until there is no room for a stream any more. */
async function untilGone(
	world: SimulatedWorld,
	streamId: string,
	{ trail, reader }: Awaited<ReturnType<typeof takenOver>>,
): Promise<void> {
	for (let round = 0; round < 10 && (await segmentsOf(world, streamId)).length > 0; round += 1) {
		await append(world, trail, 10);
		await world.run(() => drain(reader, 10));
	}
	expect(await segmentsOf(world, streamId)).toEqual([]);
}

it("[bounded.disk] makes room though nobody can read where a segment ends, and verify goes on to say so", async () => {
	const { world, errors, streamId } = await left();
	const [, second, third] = await segmentsOf(world, streamId);
	// The end of one and the beginning of the next: neither tells the hash between them.
	await spoil(world, second?.path ?? "", (second?.bytes ?? 0) - 200, 199);
	await spoil(world, third?.path ?? "", 0, 200);
	expect((await verify(world)).faultCount).toBeGreaterThan(0);
	const next = await takenOver(world, errors);
	await world.run(() => drain(next.reader, 38));
	await untilGone(world, streamId, next);
	expect(errors.map((error) => "code" in error && error.code)).toEqual([
		"segment_damaged",
		"segment_damaged",
	]);
	const { faults } = await verify(world);
	const from = second?.firstSequence ?? 0;
	expect(faults).toEqual([
		expect.objectContaining({ class: "edited", detail: "pruned", streamId, sequence: from }),
	]);
	expect(faults[0]?.lastSequence).toBeGreaterThanOrEqual(third?.firstSequence ?? 0);
});

it("[bounded.disk] is done with a stream whose last records were damaged since it was taken over", async () => {
	const { world, errors, streamId } = await left();
	const next = await takenOver(world, errors);
	const last = (await segmentsOf(world, streamId)).at(-1);
	await spoil(world, last?.path ?? "", (last?.bytes ?? 0) - 200, 199);
	// All but the damaged one, then what says how the stream ended.
	await world.run(() => drain(next.reader, 40));
	expect(next.reader.lag()).toBe(0);
	await untilGone(world, streamId, next);
	const { faults } = await verify(world);
	expect(faults).toEqual([
		expect.objectContaining({ class: "edited", detail: "pruned", streamId, lastSequence: 40 }),
	]);
});

it("[bounded.disk] passes over a segment that somebody removed, makes room, and verify goes on to say so", async () => {
	const { world, errors, streamId } = await left();
	const next = await takenOver(world, errors);
	const [, second, third] = await segmentsOf(world, streamId);
	const [from, after] = [second?.firstSequence ?? 0, third?.firstSequence ?? 0];
	world.disk.remove(second?.path ?? "");
	const events = await world.run(() => drain(next.reader, 41 - (after - from)));
	const read = events.filter(({ stream }) => stream === streamId).map(({ sequence }) => sequence);
	expect(read).toEqual(
		Array.from({ length: 40 }, (_, n) => n + 1).filter((n) => n < from || n >= after),
	);
	await untilGone(world, streamId, next);
	expect(errors.map((error) => "code" in error && error.code)).toEqual(["segment_damaged"]);
	expect(errors[0]?.message).toContain("is gone");
	const { faults } = await verify(world);
	expect(faults).toEqual([
		expect.objectContaining({ class: "edited", detail: "pruned", streamId, sequence: from }),
	]);
});

it("[bounded.disk] looks at what earlier processes left before it goes, though nobody reads it any more", async () => {
	const { world, errors, streamId } = await left({ isDelivered: true });
	const [first, second] = await segmentsOf(world, streamId);
	await spoil(world, second?.path ?? "", 300, 20);
	const next = await takenOver(world, errors);
	await world.run(() => drain(next.reader, 1));
	await untilGone(world, streamId, next);
	const { faults } = await verify(world);
	expect(first?.firstSequence).toBe(1);
	expect(faults).toMatchObject([
		{ class: "edited", detail: "pruned", streamId, sequence: second?.firstSequence },
	]);
});
