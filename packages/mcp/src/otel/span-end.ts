import * as api from "@opentelemetry/api";
import { cleanMessage, cleanText } from "@mcp-trail/event";
import type { Ending, Exchange } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";
import { contentOf } from "./content.ts";
import {
	ATTR_ENDING,
	ATTR_ERROR_TYPE,
	ATTR_GEN_AI_TOOL_CALL_RESULT,
	ATTR_MCP_PROTOCOL_VERSION,
	ERROR_TYPE_OTHER,
	ERROR_TYPE_TOOL_ERROR,
	type RpcStatusCode,
} from "./semconv.ts";

/** What a span learns when its request ends. */
export interface SpanEnd {
	readonly attributes: api.Attributes;
	/** The JSON-RPC error code of the answer. */
	readonly code?: string;
	/** Status ERROR exactly when set. */
	readonly errorType?: string;
	/** The peer's own text about it. */
	readonly message?: string;
	/** The answer blames the caller. */
	readonly callerFault: boolean;
}

/** Faults of the caller: no error of the server's span. */
const CALLER_FAULTS: ReadonlySet<unknown> = new Set([-32700, -32600, -32601, -32602, -32002]);

/** What a response says about success, read at once: whoever holds the frame next may change it. */
export interface Answer {
	/** `error.code`; undefined = there was no error. */
	readonly code?: string;
	/** The code blames the caller. */
	readonly callerFault?: boolean;
	readonly message?: string;
	/** `result.isError` is true. */
	readonly toolError?: boolean;
	/** The result as JSON, where it is asked for. */
	readonly content?: string;
}

/** Reads a response frame; `capture` = what a tool answered is kept as well. */
export function readAnswer(response: JsonObject | undefined, capture: boolean): Answer {
	const error = response?.["error"];
	if (isObject(error)) {
		const { code, message } = error;
		return {
			code: Number.isSafeInteger(code) ? String(code) : ERROR_TYPE_OTHER,
			callerFault: CALLER_FAULTS.has(code),
			...(typeof message === "string" ? { message } : {}),
		};
	}
	const result = response?.["result"];
	const toolError = isObject(result) && result["isError"] === true;
	const content = capture && !toolError && result !== undefined ? contentOf(result) : undefined;
	return content === undefined ? { toolError } : { toolError, content };
}

/** Says how a request's span ends, by the error rules of the MCP conventions. */
export function spanEnd(exchange: Exchange, ending: Ending, answer: Answer): SpanEnd {
	const attributes: api.Attributes = {};
	const { code, message } = answer;
	if (exchange.protocolVersion === undefined) {
		const negotiated = exchange.connection.protocolVersion();
		if (negotiated !== undefined) {
			attributes[ATTR_MCP_PROTOCOL_VERSION] = cleanText(negotiated, 32) ?? "";
		}
	}
	if (answer.content !== undefined) attributes[ATTR_GEN_AI_TOOL_CALL_RESULT] = answer.content;
	if (ending.how !== "answered") attributes[ATTR_ENDING] = ending.how;
	const errorType = errorTypeOf(exchange, ending, answer);
	return {
		attributes,
		callerFault: answer.callerFault === true,
		...(code === undefined || code === ERROR_TYPE_OTHER ? {} : { code }),
		...(errorType === undefined ? {} : { errorType }),
		...(message === undefined ? {} : { message }),
	};
}

function errorTypeOf(exchange: Exchange, ending: Ending, answer: Answer): string | undefined {
	if (answer.code !== undefined) {
		return exchange.inbound && answer.callerFault === true ? undeliveredOf(ending) : answer.code;
	}
	if (ending.how === "answered") {
		const failed = exchange.method === "tools/call" && answer.toolError === true;
		return failed ? ERROR_TYPE_TOOL_ERROR : undeliveredOf(ending);
	}
	// The caller's own choice is no fault of the server; its span says so in `mcp_trail.ending`.
	return ending.how === "cancelled" && exchange.inbound ? undefined : ending.how;
}

function undeliveredOf(ending: Ending): string | undefined {
	return ending.delivered === false ? "send_failed" : undefined;
}

function isObject(value: unknown): value is JsonObject {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How the end of a request is said on its span. */
export interface EndWords {
	/** The peer's text becomes the status description. */
	readonly keepMessage: boolean;
	readonly statusCode: RpcStatusCode;
}

/** Says on a span how its request ended. */
export function describeEnd(
	span: api.Span,
	end: SpanEnd,
	{ keepMessage, statusCode }: EndWords,
): void {
	span.setAttributes(end.attributes);
	if (end.code !== undefined) span.setAttribute(statusCode, end.code);
	if (end.errorType === undefined) return;
	span.setAttribute(ATTR_ERROR_TYPE, end.errorType);
	const message = keepMessage && end.message !== undefined && cleanMessage(end.message, 512);
	span.setStatus({
		code: api.SpanStatusCode.ERROR,
		...(typeof message === "string" ? { message } : {}),
	});
}
