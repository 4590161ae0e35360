import type { SealedEvent } from "@mcp-trail/integrity";

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

/** The line's members have one order (EVENT.md §6), so its head can be read without parsing it. */
const HEAD =
	/^\{"schema_version":"[0-9.]+","id":"([0-9a-f-]{36})","time":"([0-9TZ:.-]{20,30})","type":"([a-z0-9_.-]{1,256})"/u;
const HEAD_BYTES = 400;

/**
 * Reads the facts from the line's bytes, without parsing the whole of it: parsing every event would
 * cost more than sending it. A line of another shape is parsed.
 */
export function readFacts(sealed: SealedEvent): Facts {
	const { bytes } = sealed;
	const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const [, id, time, type] = HEAD.exec(line.toString("latin1", 0, HEAD_BYTES)) ?? [];
	if (id === undefined || time === undefined || type === undefined) {
		const { event } = sealed;
		return { id: event.id, time: event.time, type: event.type, ...joinFacts(event) };
	}
	const operation = objectText(line, ',"operation":{');
	const trace = objectText(line, ',"trace":{');
	const members: Members = {
		...(operation === undefined ? {} : { operation: JSON.parse(operation) }),
		...(trace === undefined ? {} : { trace: JSON.parse(trace) }),
	};
	return { id, time, type, ...joinFacts(members) };
}

function joinFacts({
	operation,
	trace,
}: Members): Pick<Facts, "operationId" | "parentEventId" | "traceparent"> {
	return {
		operationId: operation?.id,
		parentEventId: operation?.parent_event_id,
		traceparent:
			trace?.id === undefined || trace.span_id === undefined
				? undefined
				: `00-${trace.id}-${trace.span_id}-${(trace.flags ?? 0).toString(16).padStart(2, "0")}`,
	};
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Finds the text of a member that is an object. A quote inside a string is always escaped, so the
 * content of a string can never pass for a member's name.
 */
function objectText(line: Buffer, start: string): string | undefined {
	const found = line.indexOf(start, 0, "latin1");
	if (found < 0) return undefined;
	const from = found + start.length - 1;
	let depth = 0;
	let quoted = false;
	for (let at = from; at < line.length; at++) {
		const byte = line[at];
		if (byte === BACKSLASH) at++;
		else if (byte === QUOTE) quoted = !quoted;
		else if (quoted) continue;
		else if (byte === OPEN) depth++;
		else if (byte === CLOSE && --depth === 0) return line.toString("utf8", from, at + 1);
	}
	return undefined;
}
