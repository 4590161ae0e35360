import type { SealedEvent } from "@mcp-trail/integrity";
import type { TrailContext, TrailError } from "../trail.ts";
import type { AppendQueue, Pending } from "./append-queue.ts";
import type { ChainWriter } from "./chain-writer.ts";
import type { LossLedger } from "./loss-ledger.ts";
import type { LossReports } from "./loss-reports.ts";
import { lossEvent } from "./own-events.ts";
import type { Store } from "./store.ts";
import { fullError, invalidEventError } from "./trail-error.ts";
import { emptyBatch, type WriteBatch } from "./write-batch.ts";

/** Seals what waits into batches, as many events as there is room for. */
export interface BatchFiller {
	/** An event had no room: until there may be some again only the reserve takes any. */
	full: boolean;
	/** Bytes of the next event, where they are more than room was asked for; 0 once it was read. */
	takeWanted(): number;
	/** Seals what waits, after losses that are due. */
	fill(askedBytes: number): WriteBatch;
	/** Seals an event, or refuses it where it is none. */
	seal(pending: Pending): SealedEvent | undefined;
	/** Seals what tells of the losses, as far as there is room. */
	reportLosses(batch: WriteBatch, room?: { readonly beyondLimit: boolean }): void;
}

const MAX_BATCH_EVENTS = 1024;

/** Makes what fills the batches of a stream. */
export function batchFiller(of: {
	readonly context: TrailContext;
	readonly queue: AppendQueue;
	readonly chain: ChainWriter;
	readonly ledger: LossLedger;
	readonly reports: LossReports;
	readonly store: Pick<Store, "fits">;
	readonly maxBatchBytes: number;
	readonly refuse: (pending: Pending, error: TrailError) => void;
}): BatchFiller {
	const { context, queue, chain, ledger, reports, store, maxBatchBytes, refuse } = of;
	let full = false;
	let wanted = 0;

	function fill(askedBytes: number): WriteBatch {
		const batch = emptyBatch();
		if (reports.due()) reportLosses(batch);
		while (batch.lines.length < MAX_BATCH_EVENTS && batch.bytes < maxBatchBytes) {
			const pending = queue.peek();
			if (pending === undefined) break;
			const line = seal(pending);
			if (line === undefined) {
				queue.shift();
				continue;
			}
			const size = line.bytes.length + 1;
			if (!store.fits(pending.reserve, batch.lines.length + 1, batch.bytes + size)) {
				chain.rewind(batch.lines);
				// Larger than it was rated: it is refused only once room for all of it was asked for.
				if (batch.bytes + size > askedBytes) {
					wanted = size;
					break;
				}
				// What is sealed goes first: where there was no room beside it, there may be room in its place.
				if (batch.lines.length > 0) break;
				queue.shift();
				if (!pending.reserve) full = true;
				refuse(pending, fullError());
				continue;
			}
			queue.shift();
			batch.lines.push(line);
			batch.callers.push(pending);
			batch.bytes += size;
		}
		return batch;
	}

	function seal(pending: Pending): SealedEvent | undefined {
		try {
			return chain.seal(pending.event);
		} catch (error) {
			refuse(pending, invalidEventError(error));
			return undefined;
		}
	}

	function reportLosses(batch: WriteBatch, { beyondLimit } = { beyondLimit: false }): void {
		reports.begin(full);
		// Those on their way to the store are told, too.
		let reported = ledger.total - ledger.pending;
		for (let loss = ledger.take(); loss !== undefined; loss = ledger.take()) {
			reported += loss.events;
			const line = chain.seal(context.complete(lossEvent(loss, reported)));
			const size = line.bytes.length + 1;
			if (!beyondLimit && !store.fits(true, batch.lines.length + 1, batch.bytes + size)) {
				chain.rewind(batch.lines);
				ledger.restore(loss);
				reports.unfit();
				return;
			}
			batch.lines.push(line);
			batch.losses.push(loss);
			batch.bytes += size;
		}
	}

	return {
		get full() {
			return full;
		},
		set full(now) {
			full = now;
		},
		takeWanted() {
			const bytes = wanted;
			wanted = 0;
			return bytes;
		},
		fill,
		seal,
		reportLosses,
	};
}
