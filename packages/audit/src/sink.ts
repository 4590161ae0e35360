import type { SealedEvent } from "@mcp-trail/integrity";

/** What becomes of a refused event: try again, dead-letter it, or wait until an operator acts. */
export type Verdict = "retry" | "reject" | "hold";

/** What a destination lets us promise. */
export type Delivery = "deduplicated" | "at_least_once" | "best_effort";

/** How a sink wants its batches cut; the lane's defaults stand where a member is absent. */
export interface SinkLimits {
	/** @default 500 */
	readonly events?: number;
	/** Sum of the stored lines, in bytes. @default 900_000 */
	readonly bytes?: number;
	/** How long a batch that is not full waits for more, in milliseconds. @default 50 */
	readonly lingerMs?: number;
	/** Batches under way at once. @default 1 */
	readonly inFlight?: number;
}

/** A destination of sealed events; retry, timeout, batching and buffering are done outside it, by its lane. */
export interface Sink {
	/** `^[a-z][a-z0-9_-]{0,31}$`, unique within an audit. */
	readonly name: string;
	readonly delivery: Delivery;
	/** True: after a partial failure the lane resends from the first undelivered event on. */
	readonly ordered: boolean;
	readonly limits?: SinkLimits;
	/** Delivers a batch of one stream or rejects with a {@link SinkError}; may be called again with the same batch. */
	write(batch: readonly SealedEvent[], signal: AbortSignal): Promise<void>;
	/** Proves address, credentials and destination settings without delivering an event of the trail. */
	probe?(signal: AbortSignal): Promise<void>;
	/** Releases what the sink holds; twice is harmless. */
	close?(signal: AbortSignal): Promise<void>;
}

/** The verdict on one event of a batch. */
export interface RefusedItem {
	/** Index into the batch. */
	readonly index: number;
	readonly verdict: Verdict;
	readonly code: string;
}

/** How a sink says that a batch, or a part of it, was not delivered; recognised by shape. Any other error counts as `retry`. */
export interface SinkError extends Error {
	/** A `word` of docs/event.md. */
	readonly code: string;
	readonly verdict: Verdict;
	readonly retryAfterMs?: number;
	/** Events not listed were delivered; no list = the whole batch was not. */
	readonly items?: readonly RefusedItem[];
}
