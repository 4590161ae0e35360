import type { Loss } from "../trail.ts";
import { lossCauses } from "./loss-ledger.ts";

/** What a stream lost and no record of it tells, as the slot holds it. */
export interface LossRecord {
	/** Lost since the stream began, and of these how many a durable `trail.lost` tells of. */
	readonly total: number;
	readonly recorded: number;
	readonly unrecorded: readonly Loss[];
}

const PER_CAUSE = 4;

/** Bytes of a stored loss record. */
export const LOSS_BYTES = 8 * (2 + PER_CAUSE * lossCauses.length);

/** A loss record as it is stored. */
export function encodeLosses({ total, recorded, unrecorded }: LossRecord): Uint8Array {
	const bytes = Buffer.alloc(LOSS_BYTES);
	bytes.writeDoubleLE(total, 0);
	bytes.writeDoubleLE(recorded, 8);
	for (const { cause, events, actingEvents, sinceMs, untilMs } of unrecorded) {
		const at = 16 + 8 * PER_CAUSE * lossCauses.indexOf(cause);
		bytes.writeDoubleLE(events, at);
		bytes.writeDoubleLE(actingEvents, at + 8);
		bytes.writeDoubleLE(sinceMs, at + 16);
		bytes.writeDoubleLE(untilMs, at + 24);
	}
	return bytes;
}

/** A stored loss record. */
export function decodeLosses(bytes: Uint8Array | undefined): LossRecord {
	if (bytes === undefined) return { total: 0, recorded: 0, unrecorded: [] };
	const stored = Buffer.from(bytes);
	const unrecorded: Loss[] = [];
	for (const [index, cause] of lossCauses.entries()) {
		const at = 16 + 8 * PER_CAUSE * index;
		const events = stored.readDoubleLE(at);
		if (events < 1) continue;
		unrecorded.push({
			cause,
			events,
			actingEvents: stored.readDoubleLE(at + 8),
			sinceMs: stored.readDoubleLE(at + 16),
			untilMs: stored.readDoubleLE(at + 24),
		});
	}
	return { total: stored.readDoubleLE(0), recorded: stored.readDoubleLE(8), unrecorded };
}
