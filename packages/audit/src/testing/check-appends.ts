import type { AuditEvent } from "@mcp-trail/event";
import { hashOf } from "@mcp-trail/integrity";
import type { Trail } from "../trail.ts";
import {
	append,
	codeOf,
	drain,
	drainAll,
	equal,
	LIMIT,
	never,
	rejection,
	testEvent,
	type TrailChecks,
} from "./trail-check-kit.ts";

/** What a trail does with what is appended: numbers, seals and keeps it, or refuses it and tells the loss. */
export function checkAppends({ check }: TrailChecks): void {
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
			Object.defineProperty(labels, "broken", { enumerable: true, get: unreadable });
			const broken: AuditEvent = { ...testEvent(1), labels };
			const error = await rejection(trail.append(broken));
			equal(codeOf(error), "invalid_event", "code");
			const { sequence } = await trail.append(testEvent(2));
			equal(trail.health().lostEvents, 1, "lost events");
			const lines = await drain(await trail.reader("a"), sequence);
			lines.forEach((line, index) => equal(line.sequence, index + 1, "sequence"));
			const told = lines.find(({ event }) => event.loss !== undefined)?.event.loss;
			equal(told?.cause, "invalid_event", "cause");
		},
	);

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
}

function unreadable(): never {
	throw new Error("This member cannot be read.");
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
