import { EventEmitter, once } from "node:events";
import type { SealedEvent } from "@mcp-trail/integrity";
import { describe, expect, it, vi } from "vitest";
import type { Sink } from "../sink.ts";
import { nodeSystem } from "../system/node-system.ts";
import { sampleEvents } from "../testing/sample-events.ts";
import type { TrailReader } from "../trail.ts";
import { DEFAULT_TIMES } from "./delivery-times.ts";
import { lane, type LaneOptions } from "./lane.ts";

/** A lane with two batches under way, over a trail of so many events, each a batch of its own. */
async function carrying(
	count: number,
	write: (sequence: number) => Promise<void>,
	more: Partial<LaneOptions> = {},
) {
	const all = sampleEvents()(count);
	const tried: number[] = [];
	let read = 0;
	let committed = 0;
	const reader: TrailReader = {
		name: "wide",
		async read(_, signal) {
			signal.throwIfAborted();
			const event = all[read];
			if (event === undefined) {
				return new Promise((__, reject) => {
					signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
				});
			}
			read += 1;
			const { stream: streamId, sequence } = event;
			return { streamId, events: [event], end: { streamId, sequence } };
		},
		async commit({ sequence }) {
			committed = sequence;
		},
		passed: () => expect.fail("nobody waits for a position"),
		lag: () => count - committed,
		async close() {},
	};
	const sink: Sink = {
		name: "wide",
		delivery: "at_least_once",
		ordered: false,
		limits: { events: 1, lingerMs: 0, inFlight: 2 },
		async write([event]) {
			const sequence = event?.sequence ?? 0;
			tried.push(sequence);
			await write(sequence);
		},
	};
	const wide = lane({
		system: nodeSystem(),
		sink,
		times: { ...DEFAULT_TIMES, retryBaseMs: 100_000_000, retryCapMs: 100_000_000 },
		deadLetters: { write: async () => {}, close: async () => {} },
		open: async () => reader,
		recorded: () => count,
		recordRefused: async () => {},
		onError: () => {},
		...more,
	});
	await wide.open();
	wide.start();
	return { lane: wide, tried, committed: () => committed };
}

const down = (): Promise<never> => Promise.reject(new Error("down"));
const refusal = (): Error =>
	Object.assign(new Error("never"), { code: "odd", verdict: "reject" as const });
const hold = (): Error => Object.assign(new Error("ask"), { code: "no_acl", verdict: "hold" });

describe("a lane with several batches under way", () => {
	it("tries no further batch while it drains, once one was given up", async () => {
		const { lane: wide, tried } = await carrying(3, async (sequence) =>
			sequence === 1 ? down() : undefined,
		);
		expect(await wide.drain()).toBe(3);
		expect(tried).toEqual([1]);
	});

	it("[complete.dead_letter] records a refusal behind a batch that is given up", async () => {
		const recorded: SealedEvent[] = [];
		const { lane: wide, committed } = await carrying(
			2,
			async (sequence) => (sequence === 1 ? down() : Promise.reject(refusal())),
			{
				recordRefused: async (refused) => void recorded.push(...refused.map(({ event }) => event)),
			},
		);
		await vi.waitFor(() => expect(wide.health().retries).toBe(1));
		await wide.drain();
		expect(recorded.map(({ sequence }) => sequence)).toEqual([2]);
		expect(wide.health()).toMatchObject({ refused: 1, delivered: 0, lagEvents: 2 });
		expect(committed()).toBe(0);
	});

	it("goes on where a refusal cannot be recorded, and says so", async () => {
		const codes: string[] = [];
		const { lane: wide, committed } = await carrying(
			2,
			async (sequence) => (sequence === 1 ? Promise.reject(refusal()) : undefined),
			{
				recordRefused: () => Promise.reject(new Error("no trail")),
				onError: ({ code }) => void codes.push(code),
			},
		);
		await vi.waitFor(() => expect(committed()).toBe(2));
		expect(codes).toEqual(["trail_failed"]);
		expect(await wide.drain()).toBe(0);
	});

	it("reads no further than its bound while the first batch is not taken, and moves the cursor only once it is", async () => {
		const first = new EventEmitter();
		const {
			lane: wide,
			tried,
			committed,
		} = await carrying(4, async (sequence) => {
			if (sequence > 1) return;
			await once(first, "taken");
		});
		// The first is still under way, and what may wait for its cursor is bounded.
		await vi.waitFor(() => expect(tried).toEqual([1, 2, 3]));
		await new Promise((resolve) => setTimeout(resolve, 20));
		expect(tried).toEqual([1, 2, 3]);
		expect(committed()).toBe(0);
		first.emit("taken");
		await vi.waitFor(() => expect(committed()).toBe(4));
		expect(tried).toEqual([1, 2, 3, 4]);
		expect(await wide.drain()).toBe(0);
	});

	it("is as well as the worst of its batches", async () => {
		let held = true;
		const codes: string[] = [];
		const { lane: wide, tried } = await carrying(
			2,
			async (sequence) => (sequence === 1 && held ? Promise.reject(hold()) : undefined),
			{
				times: { ...DEFAULT_TIMES, holdMs: 100 },
				onError: ({ code }) => void codes.push(code),
			},
		);
		await vi.waitFor(() => expect(tried.slice(0, 3)).toEqual([1, 2, 1]));
		expect(wide.health()).toMatchObject({ state: "holding", lastError: { code: "no_acl" } });
		expect(codes).toEqual(["sink_holding"]);
		held = false;
		await vi.waitFor(() => expect(wide.health().lagEvents).toBe(0));
		expect(wide.health().state).toBe("delivering");
		expect(wide.health().lastError).toBeUndefined();
	});
});
