import type { AuditEvent } from "@mcp-trail/event";
import type { SealedEvent } from "@mcp-trail/integrity";
import type { TrailError } from "../trail.ts";

/** Where an `Appender` puts what it sealed. */
export interface Store {
	/** True if a batch of so many events and bytes may be stored; the reserve is for the trail's own and acting calls. */
	fits(reserve: boolean, events: number, bytes: number): boolean;
	/** Why nothing can be stored for now, if so. */
	refusal(): TrailError | undefined;
	/**
	 * Makes room for so many bytes; `record` stores the trail's own events, durably.
	 * Undefined where there is nothing to do.
	 */
	prepare(bytes: number, record: RecordOwn): Promise<void> | undefined;
	/** Stores lines in order, as durable as promised, or rejects with a {@link TrailError} and has stored none. */
	write(lines: readonly SealedEvent[], bytes: number): Promise<void>;
}

/** Stores the trail's own events at once; rejects with a {@link TrailError}. */
export type RecordOwn = (events: readonly AuditEvent[]) => Promise<void>;

/** Bounds of the queue before the trail. */
export interface QueueLimits {
	readonly maxQueueEvents: number;
	readonly maxQueueBytes: number;
	/** Asked of the storage in one write, but for one event that is longer. */
	readonly maxBatchBytes: number;
	/** Events that nobody waits for are gathered for a few milliseconds, where a write costs more than they do. */
	readonly gathers: boolean;
}
