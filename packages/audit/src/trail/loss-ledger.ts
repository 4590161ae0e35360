import type { Loss, LossCause } from "../trail.ts";

/** In the order in which they stand in the loss slot; never reorder. */
export const lossCauses: readonly LossCause[] = [
	"buffer_full",
	"disk_full",
	"write_failed",
	"invalid_event",
	"other",
];

/** What was lost and is not yet recorded, by cause, and how much in all. */
export interface LossLedger {
	/** Lost since the stream began. */
	readonly total: number;
	/** Of these, recorded in a `trail.lost` that is as durable as promised. */
	readonly recorded: number;
	/** Lost and not yet taken for a `trail.lost`. */
	readonly pending: number;
	count(loss: Loss): void;
	/** Takes one cause's losses to record them; `settle` or `restore` must follow. */
	take(): Loss | undefined;
	/** The losses taken are recorded. */
	settle(loss: Loss): void;
	/** The losses taken could not be recorded. */
	restore(loss: Loss): void;
	/** Every loss that no durable record tells of, the ones just taken included. */
	unrecorded(): readonly Loss[];
}

/** Makes an empty ledger; `changed` is called whenever {@link LossLedger.unrecorded} changes. */
export function lossLedger(changed: () => void): LossLedger {
	const waiting = new Map<LossCause, Loss>();
	const taken = new Map<LossCause, Loss>();
	let total = 0;
	let recorded = 0;
	let pending = 0;
	return {
		get total() {
			return total;
		},
		get recorded() {
			return recorded;
		},
		get pending() {
			return pending;
		},
		count(loss) {
			if (loss.events < 1) return;
			total += loss.events;
			pending += loss.events;
			add(waiting, loss);
			changed();
		},
		take() {
			for (const [cause, loss] of waiting) {
				waiting.delete(cause);
				add(taken, loss);
				pending -= loss.events;
				return loss;
			}
			return undefined;
		},
		settle(loss) {
			taken.delete(loss.cause);
			recorded += loss.events;
			changed();
		},
		restore(loss) {
			taken.delete(loss.cause);
			pending += loss.events;
			add(waiting, loss);
		},
		unrecorded() {
			const all = new Map(waiting);
			for (const loss of taken.values()) add(all, loss);
			return [...all.values()];
		},
	};
}

function add(to: Map<LossCause, Loss>, loss: Loss): void {
	const known = to.get(loss.cause);
	to.set(loss.cause, known === undefined ? loss : merge(known, loss));
}

function merge(one: Loss, other: Loss): Loss {
	return {
		cause: one.cause,
		events: one.events + other.events,
		actingEvents: one.actingEvents + other.actingEvents,
		sinceMs: Math.min(one.sinceMs, other.sinceMs),
		untilMs: Math.max(one.untilMs, other.untilMs),
	};
}
