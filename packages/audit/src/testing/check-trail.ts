import type { AuditEvent } from "@mcp-trail/event";
import { hashOf } from "@mcp-trail/integrity";
import type { Limit, Position, Trail } from "../trail.ts";
import { codeOf, drain, drainAll, equal, rejection, testEvent } from "./trail-check-kit.ts";

/** What {@link checkTrail} is given. */
export interface TrailCheckOptions {
	/** Registers one check; any test runner's own function fits. */
	readonly test: (name: string, check: () => Promise<void>) => void;
	/** Opens a trail with nothing in it. */
	readonly open: (options?: TrailCheckLimits) => Promise<TrailUnderCheck>;
	/** Lets asynchronous work go on to its end; a simulated trail passes its world's `run`. @default as it comes */
	readonly run?: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Limits a check asks for; a trail may be given more where it cannot have so little. */
export interface TrailCheckLimits {
	/** Bytes the trail may keep. */
	readonly maxBytes?: number;
}

/** A trail that is checked. */
export interface TrailUnderCheck {
	readonly trail: Trail;
	/** Closes it if it is open, opens it again with what it kept; absent where it keeps nothing. */
	readonly reopen?: () => Promise<TrailUnderCheck>;
	/** Removes what it left. */
	readonly dispose?: () => Promise<void>;
}

const LIMIT: Limit = { events: 100, bytes: 1 << 20, lingerMs: 0 };
/** A signal of its own for each wait: a shared one would collect listeners. */
const never = (): AbortSignal => new AbortController().signal;

/**
 * Checks what every trail must do, with any test runner.
 *
 * @example
 * ```ts
 * checkTrail({ test, open: async () => ({ trail: await memoryTrail()(context) }) });
 * ```
 */
export function checkTrail({ test, open, run = (work) => work() }: TrailCheckOptions): void {
	const check = (
		name: string,
		body: (under: TrailUnderCheck) => Promise<void>,
		limits?: TrailCheckLimits,
	): void =>
		test(name, () =>
			run(async () => {
				const under = await open(limits);
				try {
					await body(under);
				} finally {
					await under.trail.close();
					await under.dispose?.();
				}
			}),
		);

	check("gives consecutive sequences in the order of the calls", async ({ trail }) => {
		const positions = await append(trail, 300);
		positions.forEach(({ sequence }, index) => equal(sequence, index + 1, "sequence"));
		equal(new Set(positions.map(({ streamId }) => streamId)).size, 1, "streams");
		equal(trail.health().head?.sequence, 300, "head");
		equal(trail.health().pendingEvents, 0, "pending events");
	});

	check("stores lines whose hashes are right and linked", async ({ trail }) => {
		await append(trail, 50);
		const lines = await drain(await trail.reader("a"), 50);
		let previous: string | undefined;
		for (const [index, line] of lines.entries()) {
			equal(line.hash, hashOf(line.bytes), "hash");
			equal(line.event.integrity.previous_hash, previous, "previous hash");
			equal(line.event.request?.bytes, index, "order");
			previous = line.hash;
		}
	});

	check("leaves the event as it is", async ({ trail }) => {
		const event = testEvent(7);
		const before = JSON.stringify(event);
		await trail.append(Object.freeze(event));
		equal(JSON.stringify(event), before, "event");
	});

	check(
		"refuses an event that cannot be read and numbers the next one without a gap",
		async ({ trail }) => {
			const labels: Record<string, string> = {};
			Object.defineProperty(labels, "broken", { enumerable: true, get: noPosition });
			const unreadable: AuditEvent = { ...testEvent(1), labels };
			const error = await rejection(trail.append(unreadable));
			equal(codeOf(error), "invalid_event", "code");
			const { sequence } = await trail.append(testEvent(2));
			equal(trail.health().lostEvents, 1, "lost events");
			const lines = await drain(await trail.reader("a"), sequence);
			lines.forEach((line, index) => equal(line.sequence, index + 1, "sequence"));
			const told = lines.find(({ event }) => event.loss !== undefined)?.event.loss;
			equal(told?.cause, "invalid_event", "cause");
		},
	);

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

	check("counts and records what was lost before it", async ({ trail }) => {
		const reader = await trail.reader("a");
		const sinceMs = Date.UTC(2026, 0, 2);
		const loss = { cause: "buffer_full", sinceMs, untilMs: sinceMs + 50 } as const;
		trail.lost({ ...loss, events: 3, actingEvents: 1 });
		await trail.append(testEvent(1));
		const lines = await drain(reader, 2);
		const lost = lines.find(({ event }) => event.type === "trail.lost")?.event.loss;
		equal(lost?.events, 3, "events");
		equal(lost?.acting_events, 1, "acting events");
		equal(lost?.cause, "buffer_full", "cause");
		equal(lost?.since, "2026-01-02T00:00:00.000Z", "since");
		equal(lost?.until, "2026-01-02T00:00:00.050Z", "until");
		equal(trail.health().lostEvents, 3, "health");
	});

	check(
		"refuses at its limit while a reader lags, keeps the reserve, tells the loss, and goes on",
		async ({ trail }) => {
			const reader = await trail.reader("slow");
			const { refused, kept } = await fill(trail);
			equal(codeOf(refused), "full", "code");
			equal(kept > 10, true, "events kept");
			await trail.append(testEvent(0), { reserve: true });
			equal(trail.health().storedBytes <= trail.health().maxBytes, true, "bytes within the limit");
			const lost = trail.health().lostEvents;
			equal(lost >= 1, true, "lost events");
			const lines = [...(await drain(reader, reader.lag()))];
			await trail.append(testEvent(1));
			await trail.close();
			lines.push(...(await drainAll(reader)));
			const told = lines.map(({ event }) => event.loss?.events ?? 0);
			equal(
				told.reduce((sum, count) => sum + count, 0),
				trail.health().lostEvents,
				"events told of by trail.lost",
			);
		},
		{ maxBytes: 1 << 17 },
	);

	check("writes what it accepted before it closes, and then refuses", async ({ trail }) => {
		const reader = await trail.reader("a");
		const appending = append(trail, 200);
		await trail.close();
		equal((await appending).length, 200, "positions");
		equal(codeOf(await rejection(trail.append(testEvent(1)))), "closed", "code");
		equal((await drainAll(reader)).length, 200, "events after the close");
		equal(await reader.read(LIMIT, never()), undefined, "the end");
		await trail.close();
		await reader.close();
		await reader.close();
	});

	check("flushes, or stops waiting when the signal aborts", async ({ trail }) => {
		const appending = append(trail, 20);
		await trail.flush(never());
		equal(trail.health().pendingEvents, 0, "pending events");
		await appending;
		const error = await rejection(trail.flush(AbortSignal.abort(new Error("enough"))));
		equal(error.message, "enough", "reason");
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

function append(trail: Trail, count: number): Promise<Position[]> {
	return Promise.all(Array.from({ length: count }, (_, index) => trail.append(testEvent(index))));
}

/** Appends until the trail refuses. */
async function fill(trail: Trail): Promise<{ readonly refused: Error; readonly kept: number }> {
	for (let kept = 0; kept < 100_000; kept++) {
		try {
			await trail.append(testEvent(kept), { acting: kept % 2 === 0 });
		} catch (error) {
			return { refused: error instanceof Error ? error : new Error(String(error)), kept };
		}
	}
	throw new Error("The trail took 100,000 events and never refused one.");
}
