import type * as api from "@opentelemetry/api";
import { isKnownMethod } from "../describe/methods.ts";
import { isKnownRevision } from "../describe/revisions.ts";
import type { Ending, Exchange } from "../observer.ts";
import type { BoundedAttribute, Instruments } from "./instruments.ts";
import {
	ATTR_ERROR_TYPE,
	ATTR_GEN_AI_PROMPT_NAME,
	ATTR_GEN_AI_TOOL_NAME,
	ATTR_MCP_METHOD_NAME,
	ATTR_MCP_PROTOCOL_VERSION,
	METHOD_NOT_FOUND,
	type RpcStatusCode,
} from "./semconv.ts";
import type { SpanEnd } from "./span-end.ts";

const UNSUPPORTED_VERSION = "-32022";

/** A request whose duration is measured. */
export interface Measured {
	readonly instruments: Instruments;
	/** What its span says too, but for what would make too many of them; completed when it ends. */
	readonly attributes: api.Attributes;
}

/**
 * Records how long a request took.
 * A name that a peer made up takes no place in the bound: one is counted only once it is known to be a real one.
 */
export function recordOperation(
	{ instruments, attributes: operation }: Measured,
	exchange: Exchange,
	ending: Ending,
	end: SpanEnd,
	context: api.Context,
	statusCode: RpcStatusCode,
): void {
	const { inbound } = exchange;
	const { bounded, operation: duration } = inbound ? instruments.server : instruments.client;
	const bound = (key: BoundedAttribute, value: api.AttributeValue | undefined, admits = true) => {
		if (value !== undefined) operation[key] = bounded(key, String(value), admits);
	};
	const { code } = end;
	const known = ending.known ?? (ending.how === "answered" && !end.callerFault);
	bound(
		ATTR_MCP_METHOD_NAME,
		operation[ATTR_MCP_METHOD_NAME],
		!inbound ||
			isKnownMethod(exchange.method) ||
			(ending.how === "answered" && code !== METHOD_NOT_FOUND),
	);
	bound(ATTR_GEN_AI_TOOL_NAME, operation[ATTR_GEN_AI_TOOL_NAME], !inbound || known);
	bound(ATTR_GEN_AI_PROMPT_NAME, operation[ATTR_GEN_AI_PROMPT_NAME], !inbound || known);
	const version = end.attributes[ATTR_MCP_PROTOCOL_VERSION] ?? operation[ATTR_MCP_PROTOCOL_VERSION];
	bound(
		ATTR_MCP_PROTOCOL_VERSION,
		version,
		!inbound ||
			isKnownRevision(String(version)) ||
			(ending.how === "answered" && !end.callerFault && code !== UNSUPPORTED_VERSION),
	);
	bound(statusCode, code);
	bound(ATTR_ERROR_TYPE, end.errorType);
	const seconds = Math.max(0, ending.endUs - exchange.startUs) / 1e6;
	duration.record(seconds, operation, context);
}
