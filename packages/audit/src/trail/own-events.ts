import {
	severityOf,
	type NewEvent,
	type PruneDetail,
	type RecoveryDetail,
	type SinkDetail,
} from "@mcp-trail/event";
import type { Loss } from "../trail.ts";

/** `trail.lost`: what could not be recorded. */
export function lossEvent(loss: Loss, streamTotal: number): NewEvent {
	return {
		type: "trail.lost",
		severity: severityOf("trail.lost"),
		loss: {
			events: loss.events,
			acting_events: loss.actingEvents,
			since: timeOf(loss.sinceMs),
			until: timeOf(loss.untilMs),
			cause: loss.cause,
			stream_total: streamTotal,
		},
	};
}

/** `trail.recovered`: an earlier stream found, and how it ended. */
export function recoveryEvent(recovery: RecoveryDetail): NewEvent {
	return {
		type: "trail.recovered",
		severity: severityOf("trail.recovered"),
		recovery,
	};
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
