import type { SealedEvent } from "@mcp-trail/integrity";
import { describe, expect, it } from "vitest";
import { sampleEvents } from "../testing/sample-events.ts";
import { simulatedWorld } from "../testing/simulated-world.ts";
import type { TrailReader } from "../trail.ts";
import { DEFAULT_TIMES } from "./delivery-times.ts";
import { lane } from "./lane.ts";

const BATCH = 2;
const READ_MS = 200;
const WRITE_MS = 1_000;

/** A trail of so many events whose reads take their time, carried by a lane to a sink that takes its own. */
async function carried(count: number) {
	const world = simulatedWorld(5);
	const system = world.start();
	const startMs = world.nowMs();
	const pause = (ms: number) =>
		new Promise<void>((resolve) => void system.timers.after(ms, resolve, { ref: true }));
	const all = sampleEvents()(count);
	const streamId = all[0]?.stream ?? "";
	const happened: string[] = [];
	const note = (what: string) => void happened.push(`${world.nowMs() - startMs} ${what}`);
	let read = 0;
	let committed = 0;
	const reader: TrailReader = {
		name: "slow",
		async read() {
			note("read");
			await pause(READ_MS);
			const events = all.slice(read, read + BATCH);
			read += events.length;
			const sequence = events.at(-1)?.sequence;
			return sequence === undefined ? undefined : { streamId, events, end: { streamId, sequence } };
		},
		async commit({ sequence }) {
			committed = sequence;
		},
		passed: () => expect.fail("nobody waits for a position"),
		lag: () => count - committed,
		async close() {},
	};
	const got: SealedEvent[] = [];
	const carrying = lane({
		system,
		sink: {
			name: "slow",
			delivery: "at_least_once",
			ordered: true,
			limits: { events: BATCH, lingerMs: 0 },
			async write(batch) {
				note("write");
				await pause(WRITE_MS);
				got.push(...batch);
				note("written");
			},
		},
		times: DEFAULT_TIMES,
		deadLetters: { write: async () => expect.fail("refused"), close: async () => {} },
		open: async () => reader,
		recorded: () => count,
		recordRefused: async () => expect.fail("refused"),
		onError(error) {
			throw error;
		},
	});
	await carrying.open();
	carrying.start();
	await world.pass(count * (READ_MS + WRITE_MS) + READ_MS);
	expect(got).toEqual(all);
	expect(committed).toBe(all.at(-1)?.sequence);
	return happened;
}

describe("a lane that lags", () => {
	it("reads the next batch while the sink takes the last one, as long as it would be full", async () => {
		expect(await carried(4 * BATCH)).toEqual([
			"0 read",
			"200 write",
			"200 read",
			"1200 written",
			"1200 write",
			"1200 read",
			"2200 written",
			"2200 write",
			"2200 read",
			"3200 written",
			"3200 write",
			"4200 written",
			"4200 read",
		]);
	});

	it("lets a batch that is not yet full grow until the sink is free", async () => {
		expect(await carried(2 * BATCH - 1)).toEqual([
			"0 read",
			"200 write",
			"1200 written",
			"1200 read",
			"1400 write",
			"2400 written",
			"2400 read",
		]);
	});
});
