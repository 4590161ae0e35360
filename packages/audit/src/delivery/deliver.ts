import type { SealedEvent } from "@mcp-trail/integrity";
import { AuditError, messageOf } from "../audit-error.ts";
import type { DeliveryTimes } from "./delivery-times.ts";
import { resend, type Refused } from "./resend.ts";
import type { Sink } from "../sink.ts";
import { failureOf, type Failure } from "./sink-error.ts";
import type { System } from "../system.ts";
import { late, pause, within } from "./waiting.ts";

/** What a delivery works with. */
export interface DeliveryContext {
	readonly system: System;
	readonly times: DeliveryTimes;
	/** Once aborted nothing waits any more: one more try for each group, and the first failure gives up. */
	readonly hurry: AbortSignal;
	/** Once aborted the write under way is abandoned and nothing is tried any more. */
	readonly stop: AbortSignal;
	/** Puts refused events where they are kept; rejects when that cannot be done now. */
	refuse(refused: readonly Refused[]): Promise<void>;
	/** Told of every try that failed, and of each that succeeded (`undefined`). */
	tried(state: "delivering" | "retrying" | "holding", failure?: Failure): void;
}

/** What became of a batch; `undelivered` is 0 unless the delivery was told to hurry or stop. */
export interface Delivered {
	readonly delivered: number;
	readonly refused: readonly Refused[];
	readonly undelivered: number;
}

/** How long an aborted write may take to settle before it counts as hanging. */
const GRACE_MS = 1000;

/** Calls a sink once, whatever it does: throws at once, hangs, changes the list, rejects with garbage. */
async function attempt(
	sink: Sink,
	group: readonly SealedEvent[],
	context: DeliveryContext,
): Promise<Failure | undefined> {
	const { system, times, stop } = context;
	const controller = new AbortController();
	const writing = (async (): Promise<Failure | undefined> => {
		try {
			// A list of its own: what a sink does to it changes nothing here.
			await sink.write([...group], controller.signal);
			return undefined;
		} catch (error) {
			return failureOf(error, group.length);
		}
	})();
	const first = await within(system.timers, times.writeTimeoutMs, writing, stop);
	if (first !== late) return first;
	controller.abort(new AuditError("deadline", `sink ${sink.name}: the write took too long`));
	// A sink that heeds its signal says how it ended; one that does not is left behind.
	const second = await within(system.timers, GRACE_MS, writing);
	if (second !== late) return second;
	return {
		code: "write_timeout",
		verdict: "retry",
		message: `no answer within ${times.writeTimeoutMs} ms, and none after the abort`,
	};
}

/** A random wait, evenly spread from zero to the ceiling of this try (full jitter), but not less than the sink asked for. */
function retryWaitMs(context: DeliveryContext, tries: number, failure: Failure): number {
	const { times, system } = context;
	const ceiling = Math.min(times.retryCapMs, times.retryBaseMs * 2 ** Math.min(tries, 30));
	const asked = Math.min(failure.retryAfterMs ?? 0, times.retryAfterCapMs);
	return Math.max(asked, Math.floor(fraction(system) * ceiling));
}

function fraction(system: System): number {
	const bytes = system.random(4);
	return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) / 2 ** 32;
}

/**
 * Delivers a batch in order: tries until every event is taken or refused for good. Retries have a random,
 * growing wait; a whole-batch refusal is halved until the poison is alone; `hold` is retried slowly and never
 * dead-lettered; a dead letter that cannot be written holds, too.
 */
export async function deliver(
	sink: Sink,
	events: readonly SealedEvent[],
	context: DeliveryContext,
): Promise<Delivered> {
	const { system, times, hurry, stop } = context;
	const refused: Refused[] = [];
	const groups: (readonly SealedEvent[])[] = [events];
	let tries = 0;
	const undelivered = (): number => groups.reduce((sum, group) => sum + group.length, 0);
	const result = (rest: number): Delivered => ({
		delivered: events.length - rest - refused.length,
		refused,
		undelivered: rest,
	});

	for (let group = groups.at(-1); group !== undefined; group = groups.at(-1)) {
		if (stop.aborted) return result(undelivered());
		const hurried = hurry.aborted;
		const failure = await attempt(sink, group, context);
		if (failure === undefined) {
			groups.pop();
			tries = 0;
			context.tried("delivering");
			continue;
		}
		const next = resend(group, failure, sink.ordered);
		if (next.refused.length > 0) {
			if (!(await keepRefused(next.refused, context))) return result(undelivered());
			refused.push(...next.refused);
		}
		groups.pop();
		groups.push(...next.groups.toReversed());
		if (next.wait === "none") {
			tries = 0;
			continue;
		}
		context.tried(next.wait === "hold" ? "holding" : "retrying", failure);
		if (hurried || stop.aborted) return result(undelivered());
		if ((next.groups[0]?.length ?? 0) < group.length) tries = 0;
		const waitMs =
			next.wait === "hold"
				? Math.max(times.holdMs, Math.min(failure.retryAfterMs ?? 0, times.retryAfterCapMs))
				: retryWaitMs(context, tries, failure);
		tries += 1;
		await pause(system.timers, waitMs, hurry, stop);
	}
	return result(0);
}

/** Writes the dead letters, holding for as long as that cannot be done; false = told to give up. */
async function keepRefused(
	refused: readonly Refused[],
	context: DeliveryContext,
): Promise<boolean> {
	for (;;) {
		const hurried = context.hurry.aborted || context.stop.aborted;
		try {
			await context.refuse(refused);
			return true;
		} catch (error) {
			context.tried("holding", {
				code: "dead_letter_unwritable",
				verdict: "hold",
				message: messageOf(error),
			});
			if (hurried) return false;
			await pause(context.system.timers, context.times.holdMs, context.hurry, context.stop);
		}
	}
}
