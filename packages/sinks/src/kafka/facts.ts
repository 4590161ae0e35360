import type { SealedEvent } from "@mcp-trail/integrity";
import { readHead } from "../line-head.ts";

/** What the headers and the key of a record say of its event. */
export interface Facts {
	readonly id: string;
	readonly time: string;
	readonly type: string;
	readonly operationId?: string | undefined;
	readonly parentEventId?: string | undefined;
	readonly traceparent?: string | undefined;
}

/** The members read, named as they are stored. */
interface Members {
	readonly operation?: { readonly id?: string; readonly parent_event_id?: string };
	readonly trace?: { readonly id?: string; readonly span_id?: string; readonly flags?: number };
}

/**
 * Reads the facts from the bytes of the event's line, without parsing the whole of it: parsing every event would
 * cost more than sending it. A quote inside a string is always escaped, so the content of a string
 * can never pass for a member's name. A line of another shape is parsed.
 */
export function readFacts(sealed: SealedEvent, line: Buffer): Facts {
	const head = readHead(line);
	if (head === undefined) {
		const { event } = sealed;
		return { id: event.id, time: event.time, type: event.type, ...parsedFacts(event) };
	}
	return { ...head, ...operationFacts(line), traceparent: traceOf(line) };
}

/** A block's first members, in their order; a quote inside an id is escaped and ends the match. */
const TRACE =
	/^,"trace":\{"id":"([0-9a-f]{32})","span_id":"([0-9a-f]{16})"(?:,"parent_span_id":"[0-9a-f]{16}")?(?:,"flags":([0-9]{1,3}))?\}/u;
const TRACE_BYTES = 160;
const OPERATION_ID = /^\{"id":"([^"\\]*)"/u;
const PARENT = /,"parent_event_id":"([0-9a-f-]{36})"/u;

function traceOf(line: Buffer): string | undefined {
	const found = line.indexOf(',"trace":{', 0, "latin1");
	if (found < 0) return undefined;
	const match = TRACE.exec(line.toString("latin1", found, found + TRACE_BYTES));
	if (match) return traceparent(match[1], match[2], Number(match[3] ?? 0));
	const trace: Members["trace"] = JSON.parse(objectText(line, found + ',"trace":'.length));
	return traceparent(trace?.id, trace?.span_id, trace?.flags);
}

function operationFacts(line: Buffer): Pick<Facts, "operationId" | "parentEventId"> {
	const found = line.indexOf(',"operation":{', 0, "latin1");
	if (found < 0) return {};
	const text = objectText(line, found + ',"operation":'.length);
	const id = OPERATION_ID.exec(text)?.[1];
	if (id !== undefined) return { operationId: id, parentEventId: PARENT.exec(text)?.[1] };
	const operation: Members["operation"] = JSON.parse(text);
	return { operationId: operation?.id, parentEventId: operation?.parent_event_id };
}

function parsedFacts({ operation, trace }: Members): Partial<Facts> {
	return {
		operationId: operation?.id,
		parentEventId: operation?.parent_event_id,
		traceparent: traceparent(trace?.id, trace?.span_id, trace?.flags),
	};
}

function traceparent(id?: string, spanId?: string, flags = 0): string | undefined {
	if (id === undefined || spanId === undefined) return undefined;
	return `00-${id}-${spanId}-${flags.toString(16).padStart(2, "0")}`;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** The text of the object that begins at an offset. Braces inside strings do not count. */
function objectText(line: Buffer, from: number): string {
	let depth = 0;
	let quoted = false;
	let at = from;
	for (; at < line.length; at++) {
		const byte = line[at];
		if (byte === BACKSLASH) at++;
		else if (byte === QUOTE) quoted = !quoted;
		else if (quoted) continue;
		else if (byte === OPEN) depth++;
		else if (byte === CLOSE && --depth === 0) break;
	}
	return line.toString("utf8", from, at + 1);
}
