import type { AuditEvent } from "@mcp-trail/event";
import type { Position, TrailError } from "../trail.ts";
import type { Receipt } from "./unwaited.ts";

/** How an event is appended. */
export interface AppendOptions {
	readonly reserve?: boolean;
	readonly acting?: boolean;
	/** The caller appends again what is refused, so it is not counted as lost. */
	readonly retried?: boolean;
}

/** An event that waits to be sealed, and its caller. */
export interface Pending {
	readonly event: AuditEvent;
	readonly reserve: boolean;
	readonly acting: boolean;
	/** A refusal is no loss: the caller has it still. */
	readonly retried: boolean;
	/** What it counts for in the queue's bound until it is sealed. */
	readonly bytes: number;
	readonly caller: Caller | Receipt;
}

/** Who waits for an append. */
export interface Caller {
	readonly resolve: (position: Position) => void;
	readonly reject: (error: TrailError) => void;
}

/** First in, first out, without moving what waits. */
export interface AppendQueue {
	// No getters: an object literal with one is a dictionary in V8, and these are asked for with every event.
	length(): number;
	bytes(): number;
	push(pending: Pending): void;
	peek(): Pending | undefined;
	shift(): Pending | undefined;
}

const COMPACT_AT = 1024;

/** Makes an empty queue with a head index: `shift` never moves the rest but once in a thousand times. */
export function appendQueue(): AppendQueue {
	let items: (Pending | undefined)[] = [];
	let head = 0;
	let bytes = 0;
	return {
		length: () => items.length - head,
		bytes: () => bytes,
		push(pending) {
			items.push(pending);
			bytes += pending.bytes;
		},
		peek: () => items[head],
		shift() {
			const pending = items[head];
			if (pending === undefined) return undefined;
			items[head] = undefined;
			head++;
			bytes -= pending.bytes;
			if (head === items.length) {
				items.length = 0;
				head = 0;
			} else if (head >= COMPACT_AT && head * 2 >= items.length) {
				items = items.slice(head);
				head = 0;
			}
			return pending;
		},
	};
}

/** Tells the caller that its event was not taken. */
export function refusePending({ caller, bytes, acting }: Pending, error: TrailError): void {
	if ("reject" in caller) caller.reject(error);
	else caller.refused(bytes, acting, error);
}

/** Tells the caller that its event is as durable as promised. */
export function storedPending(
	{ caller, bytes }: Pending,
	streamId: string,
	sequence: number,
): void {
	if ("stored" in caller) caller.stored(bytes);
	else caller.resolve({ streamId, sequence });
}
