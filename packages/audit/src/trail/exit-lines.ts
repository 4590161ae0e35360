import type { AuditEvent } from "@mcp-trail/event";
import type { SealedEvent } from "@mcp-trail/integrity";
import type { AppendQueue, Pending } from "./append-queue.ts";
import type { BatchFiller } from "./batch-filler.ts";
import type { ChainWriter } from "./chain-writer.ts";
import type { LossLedger } from "./loss-ledger.ts";
import { emptyBatch } from "./write-batch.ts";

/** How the last events of a process are sealed: nobody waits for them. */
const OWN: Omit<Pending, "event"> = {
	reserve: true,
	acting: false,
	retried: false,
	bytes: 0,
	caller: { stored: () => undefined, refused: () => undefined },
};

/** Seals what waits, what was lost and these events, for a process that ends at once. */
export function exitLines(
	of: {
		readonly queue: AppendQueue;
		readonly chain: ChainWriter;
		readonly filler: BatchFiller;
		readonly ledger: LossLedger;
	},
	events: readonly AuditEvent[],
): readonly SealedEvent[] {
	const { queue, chain, filler, ledger } = of;
	const lines: SealedEvent[] = [];
	const take = (more: readonly SealedEvent[]): void => {
		lines.push(...more);
		chain.stored(more);
	};
	// What does not fit is taken back to the last line sealed, stored or not.
	chain.assume();
	while (queue.length() > 0) take(filler.fill(Infinity).lines);
	const told = emptyBatch();
	// Untold they would be gone with the process: the slot may not have them yet.
	if (ledger.pending > 0) filler.reportLosses(told, { beyondLimit: true });
	take(told.lines);
	for (const event of events) {
		const line = filler.seal({ event, ...OWN });
		if (line !== undefined) take([line]);
	}
	return lines;
}
