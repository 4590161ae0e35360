import type { AuditEvent, NewEvent } from "@mcp-trail/event";
import type { SealedEvent } from "@mcp-trail/integrity";
import type { System } from "./system.ts";

/** A place in a trail; opaque to everybody but the trail that gave it. */
export interface Position {
	readonly streamId: string;
	readonly sequence: number;
}

/** Why a trail did not take an event. */
export type TrailErrorCode = "full" | "closed" | "write_failed" | "invalid_event";

/** Thrown by {@link Trail.append}; recognised by its `code`. */
export interface TrailError extends Error {
	readonly code: TrailErrorCode;
	/** What `trail.lost` will call it. */
	readonly lossCause: LossCause;
}

/** Why events could not be recorded (`loss.cause`). */
export type LossCause = "buffer_full" | "disk_full" | "write_failed" | "invalid_event" | "other";

/** Events that could not be recorded, to be counted into the next `trail.lost`. */
export interface Loss {
	readonly events: number;
	/** Of them, calls that act. */
	readonly actingEvents: number;
	readonly cause: LossCause;
	/** Milliseconds since the epoch of the first and the last of them. */
	readonly sinceMs: number;
	readonly untilMs: number;
}

/** How much a reader wants at once. */
export interface Limit {
	readonly events: number;
	readonly bytes: number;
	/** How long to wait for a fuller batch once there is one event, in milliseconds. */
	readonly lingerMs: number;
}

/** Consecutive events of one stream. */
export interface Batch {
	readonly streamId: string;
	readonly events: readonly SealedEvent[];
	/** Commit this once the batch is done with. */
	readonly end: Position;
}

/** A durable cursor over a trail. */
export interface TrailReader {
	readonly name: string;
	/** Waits for events; undefined = the trail is closed and drained. */
	read(limit: Limit, signal: AbortSignal): Promise<Batch | undefined>;
	/** Makes the cursor durable: nothing up to `end` is read again after a restart. */
	commit(end: Position): Promise<void>;
	/** Resolves when the cursor has passed the position. */
	passed(position: Position, signal: AbortSignal): Promise<void>;
	/** Events of this trail that the cursor has not passed yet. */
	lag(): number;
	close(): Promise<void>;
}

/** What a trail says of itself. */
export interface TrailHealth {
	readonly streamId: string;
	readonly durability: "disk" | "os" | "memory";
	/** The last record that is as durable as promised; absent while there is none. */
	readonly head?: { readonly sequence: number; readonly hash: string };
	/** Accepted but not yet as durable as promised. */
	readonly pendingEvents: number;
	readonly pendingBytes: number;
	/** Bytes kept, over all streams of the folder, and their limit. */
	readonly storedBytes: number;
	readonly maxBytes: number;
	/** Events lost by this trail since it was opened. */
	readonly lostEvents: number;
	/** The last error of the trail's storage, while it lasts. */
	readonly lastError?: string;
}

/** An append-only log of sealed events: it seals, in the order in which it writes. */
export interface Trail {
	/**
	 * Appends an event; resolves when it is as durable as promised, rejects with a {@link TrailError}.
	 * `reserve` lets the trail's own events and calls that act use the last 5 % of the limit. A rejection is
	 * already counted as lost where `lossCause` says so; callers do not count it again. `retried` = the caller
	 * appends again what is refused, so a rejection is no loss.
	 */
	append(
		event: AuditEvent,
		options?: { readonly reserve?: boolean; readonly acting?: boolean; readonly retried?: boolean },
	): Promise<Position>;
	/** Counts what was lost before it reached the trail; recorded as `trail.lost` as soon as there is room. */
	lost(loss: Loss): void;
	/** A cursor by name; a new one starts at the oldest kept record. */
	reader(name: string, from?: "oldest" | "newest"): Promise<TrailReader>;
	health(): TrailHealth;
	/** Resolves when everything appended so far is as durable as promised. */
	flush(signal: AbortSignal): Promise<void>;
	/** Stops accepting, writes what was accepted, ends the stream cleanly. */
	close(signal?: AbortSignal): Promise<void>;
}

/** What a trail is given by the audit that opens it. */
export interface TrailContext {
	readonly system: System;
	/** Readers that will be opened: what they have not read is not removed before they are. */
	readonly readers?: readonly string[];
	/** Completes an event of the trail's own (`trail.recovered`, `trail.pruned`, `trail.lost`). */
	complete(event: NewEvent): AuditEvent;
	/** Reports what no caller can be told; never throws. */
	onError(error: Error): void;
}

/** A trail not opened yet, as `fileTrail(options)` and `memoryTrail(options)` return it. */
export type OpenTrail = (context: TrailContext) => Promise<Trail>;
