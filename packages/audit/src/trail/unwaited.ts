import type { AuditEvent } from "@mcp-trail/event";
import type { Trail, TrailError } from "../trail.ts";

/** Told what became of events appended without waiting: each exactly once, by what it was given with. */
export interface Receipt {
	/** It is as durable as promised. */
	stored(bytes: number): void;
	/** It was refused, and is counted as lost. */
	refused(bytes: number, acting: boolean, error: TrailError): void;
}

/**
 * Appends an event for a caller that waits for nothing: no promise is made. Acting events may use the reserve; what is
 * not `urgent` may be gathered with others for a moment before it is written.
 */
export type AppendUnwaited = (
	event: AuditEvent,
	receipt: Receipt,
	acting: boolean,
	bytes: number,
	urgent: boolean,
) => void;

// Beside the trail, not in it: a trail that wraps another by spreading it must not be passed by.
const ways = new WeakMap<Trail, AppendUnwaited>();

/** Gives a trail of this package its short way in. */
export function withUnwaited(trail: Trail, append: AppendUnwaited): Trail {
	ways.set(trail, append);
	return trail;
}

/** The short way into this very trail, where it has one. */
export function unwaitedOf(trail: Trail): AppendUnwaited | undefined {
	return ways.get(trail);
}
