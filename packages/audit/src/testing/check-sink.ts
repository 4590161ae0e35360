import assert from "node:assert/strict";
import process from "node:process";
import type { SealedEvent } from "@mcp-trail/integrity";
import { DEFAULT_TIMES } from "../delivery/delivery-times.ts";
import { deliver } from "../delivery/deliver.ts";
import { failureOf } from "../delivery/sink-error.ts";
import { late, within } from "../delivery/waiting.ts";
import { sinkFaults } from "../options/sink-faults.ts";
import type { Sink } from "../sink.ts";
import { nodeSystem } from "../system/node-system.ts";
import { sampleEvents } from "./sample-events.ts";
import { watchOutput } from "./watch-output.ts";

/** How a destination can be made to misbehave. */
export type SinkFaultKind =
	/** It refuses everything for now: no connection, or an answer that says try again. */
	| "down"
	/** It takes the connection and never answers. */
	| "silent"
	/** It refuses certain events for good. */
	| "poison";

/** A sink and the destination behind it. */
export interface SinkUnderTest {
	readonly sink: Sink;
	/** Ids of the events that the destination holds, in the order in which it took them, repeats included. */
	readonly received: () => readonly string[] | Promise<readonly string[]>;
	/** Makes the destination misbehave until called with `none`; `ids` are the events refused as `poison`. */
	readonly fault?: (
		kind: SinkFaultKind | "none",
		ids?: ReadonlySet<string>,
	) => void | Promise<void>;
	/** Called at the end of each check. */
	readonly dispose?: () => void | Promise<void>;
}

/** What {@link checkSink} is given. */
export interface CheckSinkOptions {
	/** Registers a test, as `test` of vitest and of node:test do. */
	readonly test: (name: string, run: () => Promise<void>) => void;
	/** Makes a new sink with an empty destination, for each check. */
	make(): SinkUnderTest | Promise<SinkUnderTest>;
	/** Faults that this destination cannot have; their checks are left out. @default none */
	readonly cannot?: readonly SinkFaultKind[];
	/** The one stream that writing to is this sink's purpose. @default neither: it is silent */
	readonly writesTo?: "stdout" | "stderr";
	/** Longest time for one write to a destination that works, in milliseconds. @default 10_000 */
	readonly patienceMs?: number;
}

const HEED_MS = 1000;

/**
 * Registers the checks that every sink must pass: valid shape, order, redelivery, nothing lost by a failure, permanent
 * refusals that name their events, heeding the signal within a second, `close`, silence, untouched batches, no handle
 * left open. Needs no particular test runner.
 *
 * @example
 * ```ts
 * checkSink({ test, make: () => ({ sink: mySink({ url }), received: () => destination.ids() }) });
 * ```
 */
export function checkSink(options: CheckSinkOptions): void {
	const { timers } = nodeSystem();
	const patienceMs = options.patienceMs ?? 10_000;
	const can = (kind: SinkFaultKind): boolean => options.cannot?.includes(kind) !== true;

	const soon = async <T>(what: string, ms: number, work: Promise<T>): Promise<T> => {
		const value = await within(timers, ms, work);
		if (value === late) assert.fail(`${what} did not settle within ${ms} ms`);
		return value;
	};
	const close = (sink: Sink, what = "close"): Promise<void> =>
		soon(what, patienceMs, (async () => sink.close?.(never()))());

	const check = (name: string, run: (tested: SinkUnderTest) => Promise<void>): void => {
		options.test(`sink: ${name}`, async () => {
			const tested = await options.make();
			try {
				await run(tested);
			} finally {
				await tested.fault?.("none");
				await close(tested.sink);
				await tested.dispose?.();
			}
		});
	};
	const write = (sink: Sink, batch: readonly SealedEvent[], signal = never()): Promise<void> =>
		soon("write", patienceMs, sink.write(batch, signal));
	/** Delivers as a lane does: everything but the poison arrives, and the poison alone is refused. */
	const onlyPoisonIsRefused = async (
		tested: SinkUnderTest,
		batch: readonly SealedEvent[],
		poison: readonly string[],
	): Promise<void> => {
		const system = nodeSystem();
		const stop = new AbortController();
		const delivery = deliver(tested.sink, batch, {
			system,
			times: { ...DEFAULT_TIMES, retryBaseMs: 1, retryCapMs: 10, writeTimeoutMs: patienceMs },
			hurry: never(),
			stop: stop.signal,
			refuse: async () => undefined,
			tried: () => undefined,
		});
		const result = await within(timers, 2 * patienceMs, delivery);
		stop.abort();
		if (result === late)
			assert.fail("the batch was never delivered: its poison cannot be told apart");
		assert.deepEqual(ids(result.refused.map(({ event }) => event)), poison, "events refused");
		const innocent = ids(batch).filter((id) => !poison.includes(id));
		const got = new Set(await tested.received());
		for (const id of innocent) assert.ok(got.has(id), `${id} is innocent and did not arrive`);
	};

	check("its name, delivery, order and limits are valid", async ({ sink }) => {
		assert.deepEqual(sinkFaults(sink), []);
	});

	check("delivers in order, batch after batch", async ({ sink, received }) => {
		const sample = sampleEvents();
		const sent: SealedEvent[] = [];
		for (const count of [1, 7, 40]) {
			const batch = sample(count);
			sent.push(...batch);
			await write(sink, batch);
		}
		assert.deepEqual(await received(), ids(sent));
	});

	check("takes the same batch again", async ({ sink, received }) => {
		const batch = sampleEvents()(5);
		await write(sink, batch);
		await write(sink, batch);
		assert.deepEqual(new Set(await received()), new Set(ids(batch)));
	});

	check("does not change the batch", async ({ sink }) => {
		const batch = [...sampleEvents()(5)];
		const before = batch.map((event) => ({ event, text: JSON.stringify(snapshot(event)) }));
		await write(sink, batch);
		assert.equal(batch.length, before.length, "the list was changed");
		for (const [index, { event, text }] of before.entries()) {
			assert.equal(batch[index], event, `event ${index} of the list was replaced`);
			assert.equal(JSON.stringify(snapshot(event)), text, `event ${index} was changed`);
		}
		await write(sink, Object.freeze([...sampleEvents()(2)]));
	});

	check("close after write loses nothing", async ({ sink, received }) => {
		const batch = sampleEvents()(10);
		await write(sink, batch);
		await close(sink);
		assert.deepEqual(await received(), ids(batch));
	});

	check("close is harmless without a write, and twice", async ({ sink }) => {
		for (const time of ["first", "second"]) {
			await close(sink, `the ${time} close`);
		}
	});

	check("writes to neither standard output nor standard error", async (tested) => {
		const { sink } = tested;
		const watched = await watchOutput(async () => {
			await write(sink, sampleEvents()(3));
			if (can("down")) {
				await fault(tested, "down");
				await failure(write(sink, sampleEvents()(3)));
				await fault(tested, "none");
			}
			await close(sink);
		});
		for (const name of ["stdout", "stderr"] as const) {
			if (options.writesTo !== name) assert.equal(watched[name], "", `it wrote to ${name}`);
		}
	});

	check("leaves no handle open", async () => {
		const before = handles();
		// The runner has handles of its own that come and go: only what grows with the sinks is theirs.
		for (let sinks = 0; sinks < 6; sinks += 1) {
			const { sink, dispose } = await options.make();
			await write(sink, sampleEvents()(3));
			await close(sink);
			await dispose?.();
		}
		let left: readonly string[] = [];
		for (let waitedMs = 0; waitedMs < 2 * HEED_MS; waitedMs += 50) {
			left = surplus(handles(), before);
			if (left.length < 3) return;
			await new Promise(
				(resolve) => void timers.after(50, () => resolve(undefined), { ref: true }),
			);
		}
		assert.fail(`open after close, of 6 sinks: ${left.join(", ")}`);
	});

	if (can("down")) {
		check("a failure loses nothing and is not permanent", async (tested) => {
			const { sink, received } = tested;
			const sample = sampleEvents();
			const [first, second] = [sample(3), sample(4)];
			await write(sink, first);
			await fault(tested, "down");
			const failed = await failure(write(sink, second));
			if (failed === undefined) {
				assert.deepEqual(
					await received(),
					ids([...first, ...second]),
					"it said yes and lost events",
				);
			} else {
				const { verdict, items } = failureOf(failed.error, second.length);
				const verdicts = [verdict, ...(items ?? []).map((item) => item.verdict)];
				assert.ok(!verdicts.includes("reject"), "a failure that passes was called permanent");
			}
			await fault(tested, "none");
			await write(sink, second);
			const got = await received();
			assert.deepEqual(new Set(got), new Set(ids([...first, ...second])));
			if (sink.ordered) assert.deepEqual(lastOf(got), ids([...first, ...second]), "out of order");
		});

		check("probe tells whether the destination works", async (tested) => {
			const { sink } = tested;
			if (sink.probe === undefined) return;
			await soon("probe", patienceMs, sink.probe(never()));
			await fault(tested, "down");
			const failed = await failure(soon("probe", patienceMs, sink.probe(never())));
			assert.ok(failed, "probe found nothing wrong with a destination that is down");
			await fault(tested, "none");
			assert.deepEqual(await tested.received(), [], "probe delivered an event");
		});
	}

	if (can("silent")) {
		check("heeds the signal of a write within a second", async (tested) => {
			const { sink } = tested;
			await write(sink, sampleEvents()(1));
			await fault(tested, "silent");
			const controller = new AbortController();
			const writing = failure(sink.write(sampleEvents()(2), controller.signal));
			const early = await within(timers, 50, writing);
			assert.ok(early === late || early !== undefined, "it said yes before there was an answer");
			controller.abort();
			await soon("write, after its signal aborted,", HEED_MS, writing);
			const gone = AbortSignal.abort();
			await soon(
				"write with an aborted signal",
				HEED_MS,
				failure(sink.write(sampleEvents()(2), gone)),
			);
		});

		check("heeds the signal of close within a second", async (tested) => {
			const { sink } = tested;
			await write(sink, sampleEvents()(1));
			await fault(tested, "silent");
			const controller = new AbortController();
			const abandoned = failure(sink.write(sampleEvents()(2), controller.signal));
			controller.abort();
			const closing = failure(Promise.resolve(sink.close?.(AbortSignal.abort())));
			await soon("close with an aborted signal", HEED_MS, closing);
			await soon("write, after its signal aborted,", HEED_MS, abandoned);
		});
	}

	if (can("poison")) {
		check("a permanent error names its events", async (tested) => {
			const { sink } = tested;
			const batch = sampleEvents()(9);
			const poison = ids(batch.filter((_, index) => index === 2 || index === 7));
			await fault(tested, "poison", new Set(poison));
			const failed = await failure(write(sink, batch));
			assert.ok(failed, "it said yes to events that the destination refused");
			const { verdict, items } = failureOf(failed.error, batch.length);
			const verdicts = new Set(items?.map((item) => item.verdict) ?? [verdict]);
			assert.ok(verdicts.has("reject"), "a refusal for good has the verdict reject");
			const got = new Set(await tested.received());
			if (items !== undefined) {
				const listed = new Set(items.map(({ index }) => index));
				const delivered = batch.filter((_, index) => !listed.has(index));
				for (const id of ids(delivered))
					assert.ok(got.has(id), `${id} is not listed and did not arrive`);
			}
			await onlyPoisonIsRefused(tested, batch, poison);
		});
	}
}

const never = (): AbortSignal => new AbortController().signal;

async function fault(
	{ fault: make }: SinkUnderTest,
	kind: SinkFaultKind | "none",
	which?: ReadonlySet<string>,
): Promise<void> {
	assert.ok(make, `make() gives no fault(); say cannot: ["${kind}"] if it cannot happen`);
	await make(kind, which);
}

/** What a write rejected with; undefined = it resolved. */
async function failure(work: Promise<void>): Promise<{ readonly error: unknown } | undefined> {
	try {
		await work;
		return undefined;
	} catch (error) {
		return { error };
	}
}

const ids = (events: readonly SealedEvent[]): readonly string[] =>
	events.map(({ event }) => event.id);

const snapshot = (sealed: SealedEvent): object => ({
	stream: sealed.stream,
	sequence: sealed.sequence,
	hash: sealed.hash,
	line: Buffer.from(sealed.bytes).toString("utf8"),
	event: sealed.event,
});

/** Each id once, at its last place. */
const lastOf = (received: readonly string[]): readonly string[] =>
	received.filter((id, index) => received.lastIndexOf(id) === index);

const handles = (): readonly string[] => process.getActiveResourcesInfo();

/** What is there now more often than before. */
function surplus(now: readonly string[], before: readonly string[]): readonly string[] {
	const left = [...before];
	return now.filter((name) => {
		const index = left.indexOf(name);
		if (index >= 0) left.splice(index, 1);
		return index < 0;
	});
}
