import assert from "node:assert/strict";
import process from "node:process";
import type { SealedEvent } from "@mcp-trail/integrity";
import { sinkFaults } from "../options/sink-faults.ts";
import { nodeSystem } from "../system/node-system.ts";
import { sampleEvents } from "./sample-events.ts";
import { failure, fault, HEED_MS, ids, type SinkChecks } from "./sink-under-test.ts";
import { watchOutput } from "./watch-output.ts";

/** What a sink does while its destination works. */
export function checkSoundDestination({ check, write, close, can, options }: SinkChecks): void {
	const { timers } = nodeSystem();

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
}

const snapshot = (sealed: SealedEvent): object => ({
	stream: sealed.stream,
	sequence: sealed.sequence,
	hash: sealed.hash,
	line: Buffer.from(sealed.bytes).toString("utf8"),
	event: sealed.event,
});

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
