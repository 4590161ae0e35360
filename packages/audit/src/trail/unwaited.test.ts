import type { AuditEvent } from "@mcp-trail/event";
import { describe, expect, it } from "vitest";
import { recorder } from "../recording/recorder.ts";
import { simulatedSystem } from "../testing/simulated-world.ts";
import { drain, testEvent } from "../testing/trail-check-kit.ts";
import type { TrailError } from "../trail.ts";
import { memoryTrail } from "./memory-trail.ts";
import { unwaitedOf } from "./unwaited.ts";

const MAX_EVENTS = 100;
/** The part of it that is not kept for acting calls and the trail's own events. */
const OPEN_TO_ALL = 95;

/** A trail of 100 events that a reader holds, and its short way in. */
async function opened() {
	const system = simulatedSystem(3);
	const trail = await memoryTrail({ maxEvents: MAX_EVENTS })({
		system,
		complete: (event): AuditEvent => ({ ...testEvent(0), ...event }),
		onError(error) {
			throw error;
		},
	});
	const reader = await trail.reader("lagging");
	const stored: number[] = [];
	const refused: { bytes: number; acting: boolean; code: TrailError["code"] }[] = [];
	const receipt = {
		stored: (bytes: number) => void stored.push(bytes),
		refused: (bytes: number, acting: boolean, { code }: TrailError) =>
			void refused.push({ bytes, acting, code }),
	};
	const give = (acting: boolean, bytes: number): void =>
		unwaitedOf(trail)?.(testEvent(bytes), receipt, acting, bytes, true);
	const flush = () => trail.flush(new AbortController().signal);
	return { system, trail, reader, give, flush, stored, refused };
}

describe("what nobody waits for", () => {
	it("[complete.refused_unwaited] tells its giver of each refusal at the queue's bound, and counts it", async () => {
		const { trail, give, flush, stored, refused } = await opened();
		// None of them can be written before this turn of the event loop ends.
		for (let index = 1; index <= MAX_EVENTS; index++) give(false, index);
		give(false, 700);
		give(true, 800);
		expect(refused).toEqual([
			{ bytes: 700, acting: false, code: "full" },
			{ bytes: 800, acting: true, code: "full" },
		]);
		expect(trail.health().lostEvents).toBe(2);
		await flush();
		expect(stored.length + refused.length).toBe(MAX_EVENTS + 2);
	});

	it("[complete.refused_unwaited] leaves nothing of what was refused in the recorder's bound", async () => {
		const { system, trail, flush } = await opened();
		const told: string[] = [];
		const recording = recorder({
			system,
			maxEvents: 1_000,
			maxBytes: 1_000_000,
			onError: ({ code }) => void told.push(code),
		});
		recording.open(trail, () => {});
		for (let index = 0; index < MAX_EVENTS + 5; index++) recording.take(testEvent(index), false, 9);
		await flush();
		const { recorded, lost, queued } = recording.counts();
		expect([recorded + lost, queued]).toEqual([MAX_EVENTS + 5, 0]);
		expect([lost, told[0]]).toEqual([trail.health().lostEvents, "event_lost"]);
		expect(lost).toBeGreaterThanOrEqual(5);
	});

	it("[complete.reserve] finds room in the reserve where it acts, and only there", async () => {
		const { trail, reader, give, flush, stored, refused } = await opened();
		for (let index = 1; index <= OPEN_TO_ALL; index++) give(false, index);
		await flush();
		expect([stored.length, refused]).toEqual([OPEN_TO_ALL, []]);
		// Both orders: the first is refused while it is written, the last before it is queued.
		give(false, 700);
		await flush();
		give(false, 701);
		expect(refused.length).toBe(2);
		give(true, 800);
		await flush();
		expect(stored.at(-1)).toBe(800);
		expect(refused.map(({ bytes }) => bytes)).toEqual([700, 701]);
		expect(trail.health().lostEvents).toBe(2);
		const kept = await drain(reader, OPEN_TO_ALL + 1);
		expect(kept.some(({ event }) => event.request?.bytes === 800)).toBe(true);
	});
});
