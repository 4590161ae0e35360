import type { RefusedItem, SinkError, Verdict } from "@mcp-trail/audit";
import type { SealedEvent } from "@mcp-trail/integrity";
import { isSinkError, sinkError } from "../sink-error.ts";
import { cutParts, type Encoded, type PartLimits } from "./encoded.ts";
import { httpFaults } from "./http-faults.ts";

/** What became of an event that was not delivered. */
export interface PartRefusal {
	/** Index into the part. */
	readonly index: number;
	readonly verdict: Verdict;
	readonly code: string;
	/** For a person; without secrets and without what the event says. */
	readonly says?: string;
	readonly retryAfterMs?: number;
}

/** How {@link deliverParts} sends. */
export interface PartDelivery extends PartLimits {
	/** What errors call the destination, with its address. */
	readonly place: string;
	/** What an event adds to a body; one for which it throws is refused, as a {@link SinkError} says or as one that the format cannot give. */
	encode(event: SealedEvent): Uint8Array;
	/** Sends one body; gives the events it did not deliver, or rejects with a {@link SinkError} for all of them. */
	send(part: readonly Encoded[]): Promise<readonly PartRefusal[]>;
}

interface Undelivered extends RefusedItem {
	readonly says: string | undefined;
	readonly retryAfterMs: number | undefined;
}

/**
 * Sends a batch in bodies within the limits. What is refused as a whole is halved until the poison is alone; a
 * failure of another kind ends the write, so that order is kept. Rejects with a {@link SinkError} whose items are the events not delivered.
 */
export async function deliverParts(
	batch: readonly SealedEvent[],
	delivery: PartDelivery,
): Promise<void> {
	const { maxBytes, frameBytes = 0 } = delivery;
	const undelivered: Undelivered[] = [];
	const note = (part: readonly Encoded[], verdict: Verdict, code: string, error?: SinkError) => {
		for (const { index } of part) {
			const { message: says, retryAfterMs } = error ?? { message: undefined };
			undelivered.push({ index, verdict, code, says, retryAfterMs });
		}
	};
	const encoded = batch.flatMap((event, index): Encoded[] => {
		try {
			return [{ index, event, bytes: delivery.encode(event) }];
		} catch (error) {
			if (isSinkError(error)) {
				const { verdict, code, message: says, retryAfterMs } = error;
				undelivered.push({ index, verdict, code, says, retryAfterMs });
			} else undelivered.push({ index, ...local("event_unprojectable") });
			return [];
		}
	});
	const pending = cutParts(encoded, delivery).toReversed();
	for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
		const [first] = part;
		if (first !== undefined && first.bytes.byteLength + frameBytes > maxBytes) {
			undelivered.push({ index: first.index, ...local("event_too_large") });
			continue;
		}
		try {
			for (const refusal of await delivery.send(part)) {
				const one = part[refusal.index];
				if (one === undefined) continue;
				const { verdict, code, says, retryAfterMs } = refusal;
				undelivered.push({ index: one.index, verdict, code, says, retryAfterMs });
			}
		} catch (error) {
			if (!isSinkError(error)) throw error;
			const { verdict, code } = error;
			if (verdict === "reject" && part.length > 1) {
				const middle = Math.ceil(part.length / 2);
				pending.push(part.slice(middle), part.slice(0, middle));
				continue;
			}
			note(part, verdict, code, error);
			if (verdict === "reject") continue;
			const rest = pending.toReversed().flat();
			// Nothing arrived and all for one reason: the error says it better than a list.
			if (part.length === undelivered.length && part.length + rest.length === batch.length)
				throw error;
			note(rest, verdict, code, error);
			break;
		}
	}
	if (undelivered.length > 0) throw asOne(batch.length, undelivered, delivery.place);
}

/** What is found out before anything is sent. */
function local(code: "event_too_large" | "event_unprojectable"): Omit<Undelivered, "index"> {
	const { verdict, means, remedy } = httpFaults[code];
	return { verdict, code, says: `${means} ${remedy}`, retryAfterMs: undefined };
}

/** One error for all: what an operator must do comes before what passes by itself. */
function asOne(sent: number, undelivered: readonly Undelivered[], place: string): SinkError {
	const caution: readonly Verdict[] = ["hold", "retry", "reject"];
	const worst = caution
		.map((verdict) => undelivered.find((one) => one.verdict === verdict))
		.find((one) => one !== undefined);
	const counts = new Map<string, number>();
	for (const { code } of undelivered) counts.set(code, (counts.get(code) ?? 0) + 1);
	const listed = [...counts].map(([code, count]) => `${code} ×${count}`).join(", ");
	const waits = undelivered.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
	const says = worst?.says ?? "The codes are listed in docs/http-sinks.md.";
	return sinkError(
		worst?.code ?? "unknown",
		worst?.verdict ?? "retry",
		`${place} did not take ${undelivered.length} of ${sent} events: ${listed}. ${says}`,
		{
			items: undelivered
				.map(({ index, verdict, code }) => ({ index, verdict, code }))
				.toSorted((a, b) => a.index - b.index),
			retryAfterMs: waits.length === 0 ? undefined : Math.max(...waits),
		},
	);
}
