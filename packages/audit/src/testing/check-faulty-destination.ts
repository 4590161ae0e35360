import assert from "node:assert/strict";
import type { SealedEvent } from "@mcp-trail/integrity";
import { DEFAULT_TIMES } from "../delivery/delivery-times.ts";
import { deliver } from "../delivery/deliver.ts";
import { failureOf } from "../delivery/sink-error.ts";
import { late, within } from "../delivery/waiting.ts";
import { nodeSystem } from "../system/node-system.ts";
import { sampleEvents } from "./sample-events.ts";
import {
	failure,
	fault,
	HEED_MS,
	ids,
	never,
	type SinkChecks,
	type SinkUnderTest,
} from "./sink-under-test.ts";

/** What a sink does while its destination is down, silent, or refuses certain events for good. */
export function checkFaultyDestination({ check, write, can, soon, patienceMs }: SinkChecks): void {
	const { timers } = nodeSystem();

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

/** Each id once, at its last place. */
const lastOf = (received: readonly string[]): readonly string[] =>
	received.filter((id, index) => received.lastIndexOf(id) === index);
