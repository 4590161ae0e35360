import type { LossLedger } from "./loss-ledger.ts";
import { encodeLosses } from "./loss-slot.ts";
import type { SlotFile } from "./slot-file.ts";
import { asTrailError } from "./trail-error.ts";

/** Keeps the loss slot equal to the ledger, one write at a time. */
export interface LossSlotWriter {
	changed(): void;
	close(): Promise<void>;
}

/** Writes in place, so that a full disk does not matter; what changes during a write goes with the next. */
export function lossSlotWriter(
	slot: SlotFile,
	ledger: LossLedger,
	sync: boolean,
	report: (error: Error) => void,
): LossSlotWriter {
	let dirty = false;
	let closed = false;
	let writing: Promise<void> = Promise.resolve();
	let busy = false;

	async function write(): Promise<void> {
		busy = true;
		while (dirty) {
			dirty = false;
			const { total, recorded } = ledger;
			try {
				await slot.write(encodeLosses({ total, recorded, unrecorded: ledger.unrecorded() }), sync);
			} catch (error) {
				report(asTrailError(error));
			}
		}
		busy = false;
	}

	return {
		changed() {
			dirty = true;
			if (!busy && !closed) writing = write();
		},
		async close() {
			closed = true;
			await writing;
			await slot.close();
		},
	};
}
