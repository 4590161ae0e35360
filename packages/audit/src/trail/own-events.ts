import { createHash } from "node:crypto";
import {
	severityOf,
	uuid7,
	UUID7_RANDOM_BYTES,
	type NewEvent,
	type PruneDetail,
	type RecoveryDetail,
	type SinkDetail,
} from "@mcp-trail/event";
import type { Loss } from "../trail.ts";

/** `trail.lost`: what could not be recorded, and how much that is of this stream in all. */
export function lossEvent(loss: Loss, streamTotal?: number): NewEvent {
	return {
		type: "trail.lost",
		severity: severityOf("trail.lost"),
		loss: {
			events: loss.events,
			acting_events: loss.actingEvents,
			since: timeOf(loss.sinceMs),
			until: timeOf(loss.untilMs),
			cause: loss.cause,
			...(streamTotal !== undefined && { stream_total: streamTotal }),
		},
	};
}

/** What of an earlier stream is to be told. */
export interface Unrecorded {
	readonly recovery: RecoveryDetail;
	/** Losses that no record tells of. */
	readonly losses: readonly Loss[];
}

/**
 * `trail.lost` of an earlier stream, then its `trail.recovered`. Who dies between telling and noting that it was told
 * leaves it to be told again: with the same ids, by which everybody removes repeats.
 */
export function recoveryEvents({ recovery, losses }: Unrecorded): readonly NewEvent[] {
	const told = (event: NewEvent): NewEvent => {
		const said = JSON.stringify([recovery.stream_id, event]);
		const digest = createHash("sha256").update(said).digest();
		const lastMs = losses.reduce((ms, { untilMs }) => Math.max(ms, untilMs), 0);
		return { ...event, id: uuid7(lastMs, digest.subarray(0, UUID7_RANDOM_BYTES)) };
	};
	const type = "trail.recovered";
	return [
		// Without a total: it is no loss of the stream that tells it.
		...losses.map((loss) => told(lossEvent(loss))),
		told({ type, severity: severityOf(type), recovery }),
	];
}

/** `trail.pruned`: what is about to be removed. */
export function pruneEvent(prune: PruneDetail): NewEvent {
	return { type: "trail.pruned", severity: severityOf("trail.pruned"), prune };
}

/** `trail.sink_refused`: what a reader that nobody names any more will never get. */
export function releaseEvent(sink: SinkDetail): NewEvent {
	return { type: "trail.sink_refused", severity: severityOf("trail.sink_refused"), sink };
}

/** A time as events write it. */
function timeOf(ms: number): string {
	return new Date(ms).toISOString();
}
