import type { Loss } from "../trail.ts";
import type { LossRecord } from "./loss-slot.ts";
import type { StreamEnd } from "./recover-end.ts";

/**
 * What a dead stream lost and no record of it tells.
 * The slot may be one `trail.lost` behind the stream: records beyond what the slot calls recorded are taken off.
 */
export function adoptedLosses(slot: LossRecord, end: StreamEnd): readonly Loss[] {
	const told = new Map<string, Loss>();
	for (const { streamTotal, loss } of end.lossRecords) {
		if (streamTotal <= slot.recorded) continue;
		const known = told.get(loss.cause);
		told.set(loss.cause, {
			...loss,
			events: loss.events + (known?.events ?? 0),
			actingEvents: loss.actingEvents + (known?.actingEvents ?? 0),
		});
	}
	return slot.unrecorded
		.map((loss) => {
			const recorded = told.get(loss.cause);
			if (recorded === undefined) return loss;
			const events = loss.events - recorded.events;
			const actingEvents = Math.max(0, loss.actingEvents - recorded.actingEvents);
			return { ...loss, events, actingEvents };
		})
		.filter(({ events }) => events > 0);
}
