import type { SealedEvent } from "@mcp-trail/integrity";
import type { Loss } from "../trail.ts";
import { storedPending, type Pending } from "./append-queue.ts";

/** Lines that are written at once. */
export interface WriteBatch {
	readonly lines: SealedEvent[];
	/** Callers of the last lines; the lines before are the trail's own. */
	readonly callers: Pending[];
	/** What the trail's own lines tell. */
	readonly losses: Loss[];
	bytes: number;
}

/** Makes one without a line. */
export const emptyBatch = (): WriteBatch => ({ lines: [], callers: [], losses: [], bytes: 0 });

/** Tells every caller that its event is as durable as promised. */
export function tellStored({ lines, callers }: WriteBatch, streamId: string): void {
	const own = lines.length - callers.length;
	for (let index = 0; index < callers.length; index++) {
		const pending = callers[index];
		if (pending === undefined) break;
		storedPending(pending, streamId, lines[own + index]?.sequence ?? 0);
	}
}
