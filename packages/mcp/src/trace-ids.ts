import { randomFillSync } from "node:crypto";

/** A W3C trace context read from the wire (Trace Context level 1, version 00). */
export interface TraceParent {
	/** 32 hex, not all zero. */
	readonly traceId: string;
	/** 16 hex, not all zero. */
	readonly spanId: string;
	/** 0..255. */
	readonly flags: number;
}

const POOL_BYTES = 4096;
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/** Takes random bytes from a pool as hex: one call of the system's generator serves 256 trace ids. */
function randomHex(bytes: number): string {
	if (used + bytes > POOL_BYTES) {
		randomFillSync(pool);
		used = 0;
	}
	const hex = pool.toString("hex", used, used + bytes);
	// A heap dump must not tell which ids come next or came before.
	pool.fill(0, used, used + bytes);
	used += bytes;
	return hex;
}

const ZERO_TRACE = "0".repeat(32);
const ZERO_SPAN = "0".repeat(16);

/** Mints a W3C trace id: 32 hex, never all zero. */
export function newTraceId(): string {
	const id = randomHex(16);
	return id === ZERO_TRACE ? newTraceId() : id;
}

/** Mints a W3C span id: 16 hex, never all zero. */
export function newSpanId(): string {
	const id = randomHex(8);
	return id === ZERO_SPAN ? newSpanId() : id;
}

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;
const VERSION_00_LENGTH = 55;
const MAX_TRACEPARENT_LENGTH = 256;

/** Reads a `traceparent`; undefined where W3C Trace Context §3.2 calls it invalid. */
export function parseTraceparent(value: unknown): TraceParent | undefined {
	if (typeof value !== "string" || value.length > MAX_TRACEPARENT_LENGTH) return undefined;
	if (!TRACEPARENT.test(value)) return undefined;
	// Every field has its fixed place, so that nothing but the ids is taken out.
	const isFirst = value.startsWith("00");
	if (value.startsWith("ff") || (isFirst && value.length > VERSION_00_LENGTH)) return undefined;
	const traceId = value.slice(3, 35);
	const spanId = value.slice(36, 52);
	if (traceId === ZERO_TRACE || spanId === ZERO_SPAN) return undefined;
	return { traceId, spanId, flags: Number.parseInt(value.slice(53, 55), 16) };
}

/** Writes a `traceparent` of version 00. */
export function formatTraceparent(ids: TraceParent): string {
	return `00-${ids.traceId}-${ids.spanId}-${(ids.flags & 0xff).toString(16).padStart(2, "0")}`;
}
