import type { SealedEvent } from "@mcp-trail/integrity";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Sink } from "../sink.ts";
import { nodeSystem } from "../system/node-system.ts";
import { sampleEvents } from "../testing/sample-events.ts";
import { deliver, type Delivered, type DeliveryContext } from "./deliver.ts";
import { DEFAULT_TIMES } from "./delivery-times.ts";
import type { Refused } from "./resend.ts";
import type { Failure } from "./sink-error.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Write = (batch: SealedEvent[], signal: AbortSignal) => Promise<void> | void;

const sinkOf = (write: Write, ordered = true): Sink => ({
	name: "sink",
	delivery: "at_least_once",
	ordered,
	write: write as Sink["write"],
});

interface Setup extends DeliveryContext {
	readonly hurrying: AbortController;
	readonly stopping: AbortController;
	readonly letters: Refused[];
	readonly told: { readonly state: string; readonly failure?: Failure }[];
}

function setup(over: Partial<DeliveryContext> = {}): Setup {
	const hurrying = new AbortController();
	const stopping = new AbortController();
	const letters: Refused[] = [];
	const told: Setup["told"] = [];
	return {
		system: nodeSystem(),
		times: DEFAULT_TIMES,
		hurry: hurrying.signal,
		stop: stopping.signal,
		async refuse(refused) {
			letters.push(...refused);
		},
		tried: (state, failure) => void told.push({ state, ...(failure && { failure }) }),
		...over,
		hurrying,
		stopping,
		letters,
		told,
	};
}

/** Lets time pass until the delivery is done; how long that took. */
async function timed(delivery: Promise<Delivered>): Promise<{ result: Delivered; ms: number }> {
	const startMs = Date.now();
	const over = { yet: false };
	const settled = delivery.finally(() => (over.yet = true));
	for (let round = 0; round < 100_000 && !over.yet; round += 1) {
		await vi.advanceTimersToNextTimerAsync();
	}
	await settled;
	return { result: await delivery, ms: Date.now() - startMs };
}

const errorOf = (verdict: unknown, more: object = {}): Error =>
	Object.assign(new Error("no"), { code: "some_code", verdict, ...more });
const ids = (events: readonly SealedEvent[]): string[] => events.map(({ event }) => event.id);

describe("deliver", () => {
	it("[complete.redelivered] retries a failure of any kind until the sink takes the batch", async () => {
		const hostile = {
			get verdict(): string {
				throw new Error("not for you");
			},
			get message(): string {
				throw new Error("nor that");
			},
		};
		const failures: readonly unknown[] = [
			undefined,
			null,
			0,
			"text",
			Symbol("garbage"),
			hostile,
			new Proxy({}, { get: () => assertNever(), has: () => assertNever() }),
			errorOf("unheard of"),
			errorOf("retry"),
			errorOf("retry", { items: [] }),
			errorOf("reject", { items: [] }),
			errorOf("reject", { items: "all" }),
			errorOf("reject", { items: [{ index: 99, verdict: "reject", code: "x" }] }),
			errorOf("reject", { items: [{ index: 0, verdict: "never", code: "x" }] }),
			errorOf("reject", { items: [null] }),
			errorOf("reject", {
				items: [
					{ index: 1, verdict: "reject", code: "x" },
					{ index: 1, verdict: "retry", code: "x" },
				],
			}),
		];
		const batch = sampleEvents()(3);
		let call = 0;
		const got: string[] = [];
		const sink = sinkOf((events) => {
			call += 1;
			if (call <= failures.length) throw failures[call - 1];
			got.push(...ids(events));
		});
		const context = setup();
		const { result } = await timed(deliver(sink, batch, context));
		expect(result).toEqual({ delivered: 3, refused: [], undelivered: 0 });
		expect(got).toEqual(ids(batch));
		expect(call).toBe(failures.length + 1);
		expect(context.told.filter(({ state }) => state === "retrying")).toHaveLength(failures.length);
	});

	it("survives a sink that throws at once, or returns no promise", async () => {
		const batch = sampleEvents()(2);
		let call = 0;
		const sink = sinkOf(() => {
			call += 1;
			if (call === 1) throw new Error("synchronously");
		});
		const { result } = await timed(deliver(sink, batch, setup()));
		expect([result.delivered, call]).toEqual([2, 2]);
	});

	it("gives every try the whole batch, whatever the last one did to its list", async () => {
		const batch = sampleEvents()(4);
		const seen: string[][] = [];
		const sink = sinkOf((events) => {
			seen.push(ids(events));
			events.reverse();
			events.length = 1;
			if (seen.length < 3) throw new Error("again");
		});
		await timed(deliver(sink, batch, setup()));
		expect(seen).toEqual([ids(batch), ids(batch), ids(batch)]);
	});

	it("[bounded.write_deadline] gives up a write that never settles, and tries again", async () => {
		const batch = sampleEvents()(2);
		const signals: AbortSignal[] = [];
		const sink = sinkOf((_, signal) => {
			signals.push(signal);
			return signals.length < 3 ? new Promise(() => {}) : undefined;
		});
		const context = setup();
		const { result, ms } = await timed(deliver(sink, batch, context));
		expect(result.delivered).toBe(2);
		expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, false]);
		expect(ms).toBeGreaterThanOrEqual(2 * (DEFAULT_TIMES.writeTimeoutMs + 1000));
		expect(context.told[0]?.failure?.code).toBe("write_timeout");
	});

	it("believes a sink that answers within a second of its abort", async () => {
		const sink = sinkOf(
			(_, signal) =>
				new Promise((resolve) => {
					signal.addEventListener("abort", () => setTimeout(resolve, 900));
				}),
		);
		const { result } = await timed(deliver(sink, sampleEvents()(2), setup()));
		expect(result.delivered).toBe(2);
	});

	it("waits with full jitter, growing to the cap, and not less than the sink asks for", async () => {
		const waits: number[] = [];
		for (const [fraction, retryAfterMs] of [
			[0, 0],
			[0xff, 0],
			[0xff, 7_000],
			[0, 7_000],
			[0, 10 ** 12],
		] as const) {
			const system = nodeSystem();
			const random = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(fraction);
			let at = Date.now();
			const gaps: number[] = [];
			const sink = sinkOf(() => {
				gaps.push(Date.now() - at);
				at = Date.now();
				if (gaps.length < 12) throw errorOf("retry", { retryAfterMs });
			});
			await timed(deliver(sink, sampleEvents()(1), setup({ system: { ...system, random } })));
			waits.push(Math.min(...gaps.slice(2)), Math.max(...gaps));
		}
		const capped = DEFAULT_TIMES.retryAfterCapMs;
		expect(waits.slice(0, 1)).toEqual([0]);
		expect(waits[1]).toBeLessThanOrEqual(1);
		expect(waits[2]).toBe(199);
		expect(waits[3]).toBe(DEFAULT_TIMES.retryCapMs - 1);
		expect(waits[4]).toBe(7_000);
		expect(waits[5]).toBe(DEFAULT_TIMES.retryCapMs - 1);
		expect(waits.slice(6)).toEqual([7_000, 7_000, capped, capped]);
	});

	it("[failclosed.hold] never dead-letters on hold: it retries slowly until somebody has acted", async () => {
		const batch = sampleEvents()(3);
		let call = 0;
		const sink = sinkOf(() => {
			call += 1;
			if (call === 1) throw errorOf("hold");
			if (call === 2)
				throw errorOf("hold", { items: [{ index: 1, verdict: "hold", code: "acl" }] });
		});
		const context = setup();
		const { result, ms } = await timed(deliver(sink, batch, context));
		expect(result).toEqual({ delivered: 3, refused: [], undelivered: 0 });
		expect(ms).toBeGreaterThanOrEqual(2 * DEFAULT_TIMES.holdMs);
		expect(context.told.map(({ state }) => state)).toEqual(["holding", "holding", "delivering"]);
	});

	it("[complete.bisect] halves a refused batch until the poison is alone: 16 events, one bad, 9 writes", async () => {
		const batch = sampleEvents()(16);
		const bad = batch[11]?.event.id;
		const got: string[] = [];
		let writes = 0;
		const sink = sinkOf((events) => {
			writes += 1;
			if (events.some(({ event }) => event.id === bad)) throw errorOf("reject");
			got.push(...ids(events));
		});
		const context = setup();
		const { result } = await timed(deliver(sink, batch, context));
		expect(got).toEqual(ids(batch).filter((id) => id !== bad));
		expect(context.letters.map(({ event, code }) => [event.event.id, code])).toEqual([
			[bad, "some_code"],
		]);
		expect([result.delivered, result.undelivered, writes]).toEqual([15, 0, 9]);
	});

	it("holds while a dead letter cannot be written, and drops nothing", async () => {
		let full = 3;
		const kept: Refused[] = [];
		const context = setup({
			async refuse(refused) {
				full -= 1;
				if (full > 0) throw new Error("no space left");
				kept.push(...refused);
			},
		});
		const sink = sinkOf(() => {
			throw errorOf("reject");
		});
		const { result } = await timed(deliver(sink, sampleEvents()(1), context));
		expect(kept).toHaveLength(1);
		expect(result).toMatchObject({ delivered: 0, undelivered: 0 });
		expect(context.told.map(({ state, failure }) => [state, failure?.code])).toEqual([
			["holding", "dead_letter_unwritable"],
			["holding", "dead_letter_unwritable"],
		]);
	});

	it("once hurried, wakes from its wait, tries once more and gives up", async () => {
		let writes = 0;
		const sink = sinkOf(() => {
			writes += 1;
			throw errorOf("hold");
		});
		const context = setup();
		const delivery = deliver(sink, sampleEvents()(5), context);
		await vi.advanceTimersByTimeAsync(10);
		context.hurrying.abort();
		await vi.advanceTimersByTimeAsync(0);
		expect(await delivery).toEqual({ delivered: 0, refused: [], undelivered: 5 });
		expect(writes).toBe(2);
	});

	it("once stopped, abandons a write that hangs and tries nothing more", async () => {
		let writes = 0;
		const sink = sinkOf(() => {
			writes += 1;
			return new Promise(() => {});
		});
		const context = setup();
		const delivery = deliver(sink, sampleEvents()(5), context);
		context.stopping.abort();
		await vi.advanceTimersByTimeAsync(1000);
		expect(await delivery).toMatchObject({ undelivered: 5 });
		expect(writes).toBe(1);
	});

	it("[complete.delivered] property: whatever a sink does, all but the poison arrives, in order where it keeps order", async () => {
		const scenario = fc.record({
			size: fc.integer({ min: 1, max: 24 }),
			poison: fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { maxLength: 6 }),
			ordered: fc.boolean(),
			lists: fc.boolean(),
			moods: fc.array(fc.constantFrom("fine", "down", "throw", "hang", "partial", "lying"), {
				maxLength: 12,
			}),
			cut: fc.infiniteStream(fc.nat(23)),
		});
		await fc.assert(
			fc.asyncProperty(scenario, async ({ size, poison, ordered, lists, moods, cut }) => {
				const batch = sampleEvents()(size);
				const bad = new Set(poison.flatMap((index) => batch[index]?.event.id ?? []));
				const stored: string[] = [];
				const moodsLeft = [...moods];
				const sink = sinkOf((events) => {
					const mood = moodsLeft.shift() ?? "fine";
					if (mood === "throw") throw new TypeError("bug");
					if (mood === "down") return Promise.reject(errorOf("retry"));
					if (mood === "hang") return new Promise(() => {});
					const from = mood === "partial" ? (cut.next().value ?? 0) % events.length : events.length;
					const items = events.flatMap(({ event }, index) => {
						if (index >= from) return [{ index, verdict: "retry", code: "later" }];
						return bad.has(event.id) ? [{ index, verdict: "reject", code: "bad" }] : [];
					});
					if (items.length > 0 && !lists && from === events.length) {
						return Promise.reject(errorOf("reject"));
					}
					const listed = new Set(items.map(({ index }) => index));
					stored.push(...ids(events.filter((_, index) => !listed.has(index))));
					// A lying sink stores and says that it has not.
					if (mood === "lying") return Promise.reject(errorOf("retry"));
					return items.length > 0 ? Promise.reject(errorOf("reject", { items })) : undefined;
				}, ordered);
				const context = setup();
				const { result } = await timed(deliver(sink, batch, context));
				const innocent = ids(batch).filter((id) => !bad.has(id));
				expect(result.undelivered).toBe(0);
				expect(new Set(stored)).toEqual(new Set(innocent));
				expect(ids(context.letters.map(({ event }) => event))).toHaveLength(bad.size);
				expect(new Set(ids(context.letters.map(({ event }) => event)))).toEqual(bad);
				expect(result.delivered).toBe(innocent.length);
				if (!ordered) return;
				expect(stored.filter((id, at) => stored.indexOf(id) === at)).toEqual(innocent);
			}),
			{ numRuns: 300 },
		);
	});
});

function assertNever(): never {
	throw new Error("a trap");
}
