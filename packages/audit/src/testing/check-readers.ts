import {
	append,
	drain,
	equal,
	LIMIT,
	never,
	rejection,
	testEvent,
	type TrailChecks,
} from "./trail-check-kit.ts";

/** What the readers of a trail do: batches, waits, and cursors that outlive them. */
export function checkReaders({ check }: TrailChecks): void {
	check("cuts batches by events and by bytes", async ({ trail }) => {
		await append(trail, 30);
		const reader = await trail.reader("a");
		const byEvents = await reader.read({ ...LIMIT, events: 7 }, never());
		equal(byEvents?.events.length, 7, "events");
		const size = byEvents?.events[3]?.bytes.length ?? 0;
		const byBytes = await reader.read({ ...LIMIT, bytes: size * 3 + 20 }, never());
		equal(byBytes?.events.length, 3, "events by bytes");
		const least = await reader.read({ ...LIMIT, bytes: 1 }, never());
		equal(least?.events.length, 1, "an event larger than the limit");
		equal(least?.events[0]?.sequence, 11, "next sequence");
	});

	check("wakes a reader that waits", async ({ trail }) => {
		const reader = await trail.reader("a");
		const reading = reader.read(LIMIT, never());
		await trail.append(testEvent(1));
		equal((await reading)?.events.length, 1, "events");
	});

	check("lets a batch linger until it is full", async ({ trail }) => {
		const reader = await trail.reader("a");
		const reading = reader.read({ ...LIMIT, events: 5, lingerMs: 20_000 }, never());
		for (let index = 0; index < 5; index++) await trail.append(testEvent(index));
		equal((await reading)?.events.length, 5, "events");
		await trail.append(testEvent(5));
		const partial = await reader.read({ ...LIMIT, events: 5, lingerMs: 5 }, never());
		equal(partial?.events.length, 1, "events after the linger");
	});

	check("stops a wait when the signal aborts", async ({ trail }) => {
		const reader = await trail.reader("a");
		const abort = new AbortController();
		const reading = rejection(reader.read(LIMIT, abort.signal));
		const passing = rejection(
			reader.passed({ streamId: trail.health().streamId, sequence: 1 }, abort.signal),
		);
		abort.abort(new Error("enough"));
		equal((await reading).message, "enough", "reason of read");
		equal((await passing).message, "enough", "reason of passed");
		equal((await rejection(reader.read(LIMIT, abort.signal))).message, "enough", "aborted before");
	});

	check("keeps readers apart", async ({ trail }) => {
		await append(trail, 10);
		const one = await trail.reader("one");
		const two = await trail.reader("two");
		const batch = await one.read(LIMIT, never());
		if (batch !== undefined) await one.commit(batch.end);
		equal(one.lag(), 0, "lag of the first");
		equal(two.lag(), 10, "lag of the second");
		equal((await drain(two, 10)).length, 10, "events of the second");
	});

	check("refuses a second reader of a name, and a name that is none", async ({ trail }) => {
		const reader = await trail.reader("a");
		await rejection(trail.reader("a"));
		await rejection(trail.reader("../a"));
		await reader.close();
		await (await trail.reader("a")).close();
	});

	check("reads again what was not committed", async ({ trail }) => {
		await append(trail, 10);
		const first = await trail.reader("a");
		const batch = await first.read({ ...LIMIT, events: 4 }, never());
		await first.read({ ...LIMIT, events: 4 }, never());
		if (batch !== undefined) await first.commit(batch.end);
		await first.close();
		const lines = await drain(await trail.reader("a"), 6);
		equal(lines[0]?.sequence, 5, "first sequence");
	});

	check("starts a new reader where it is told", async ({ trail }) => {
		await append(trail, 5);
		const newest = await trail.reader("newest", "newest");
		equal(newest.lag(), 0, "lag");
		await trail.append(testEvent(5));
		equal((await drain(newest, 1))[0]?.sequence, 6, "sequence");
	});

	check("refuses to commit what was not read", async ({ trail }) => {
		const [first, second] = await append(trail, 2);
		const reader = await trail.reader("a");
		await rejection(reader.commit(first ?? noPosition()));
		await reader.read({ ...LIMIT, events: 1 }, never());
		await rejection(reader.commit(second ?? noPosition()));
		equal(reader.lag(), 2, "lag");
		await reader.commit(first ?? noPosition());
		equal(reader.lag(), 1, "lag after the commit");
	});

	check("says when a cursor has passed a position", async ({ trail }) => {
		const positions = await append(trail, 10);
		const reader = await trail.reader("a");
		let passed = false;
		const waiting = reader.passed(positions[5] ?? noPosition(), never()).then(() => {
			passed = true;
			return undefined;
		});
		const early = await reader.read({ ...LIMIT, events: 5 }, never());
		if (early !== undefined) await reader.commit(early.end);
		equal(passed, false, "passed before the commit");
		const late = await reader.read(LIMIT, never());
		if (late !== undefined) await reader.commit(late.end);
		await waiting;
		await reader.passed(positions[0] ?? noPosition(), never());
	});

	check("keeps its records and cursors when it is opened again", async (under) => {
		if (under.reopen === undefined) return;
		await append(under.trail, 20);
		const { streamId } = under.trail.health();
		const reader = await under.trail.reader("a");
		const batch = await reader.read({ ...LIMIT, events: 8 }, never());
		if (batch !== undefined) await reader.commit(batch.end);
		await reader.close();
		const again = await under.reopen();
		try {
			const next = await again.trail.reader("a");
			const rest = await next.read(LIMIT, never());
			equal(rest?.streamId, streamId, "stream of the first batch");
			equal(rest?.events[0]?.sequence, 9, "first sequence");
			equal(rest?.events.length, 12, "events");
			const [recovered] = await drain(next, 1);
			const { recovery } = recovered?.event ?? {};
			equal(recovered?.stream === streamId, false, "a stream of its own");
			equal(recovered?.event.type, "trail.recovered", "type");
			equal(recovery?.stream_id, streamId, "recovered stream");
			equal(recovery?.clean_end, true, "clean end");
			equal(recovery?.last_sequence, 20, "last sequence");
			equal(recovery?.last_hash, rest?.events.at(-1)?.hash, "last hash");
			await next.close();
		} finally {
			await again.trail.close();
		}
	});
}

function noPosition(): never {
	throw new Error("There is no such thing.");
}
