import * as api from "@opentelemetry/api";
import { isObject } from "../hook/frame.ts";
import { member } from "../hook/loose.ts";
import {
	ATTR_GEN_AI_OPERATION_NAME,
	ATTR_GEN_AI_TOOL_NAME,
	ATTR_MCP_METHOD_NAME,
	GEN_AI_OPERATION_EXECUTE_TOOL,
} from "./semconv.ts";

/**
 * The span in which an agent's own instrumentation runs this very tool: it is enriched, and no second one is made.
 * The API cannot be asked for a span's attributes; spans of the SDK show them.
 */
export function outerToolSpan(context: api.Context, tool: unknown): api.Span | undefined {
	const span = api.trace.getSpan(context);
	if (typeof tool !== "string" || span === undefined || !span.isRecording()) return undefined;
	const attributes = member(span, "attributes");
	if (!isObject(attributes)) return undefined;
	const is =
		attributes[ATTR_GEN_AI_OPERATION_NAME] === GEN_AI_OPERATION_EXECUTE_TOOL &&
		attributes[ATTR_GEN_AI_TOOL_NAME] === tool &&
		// One that is a request already: a proxy's, or that of the attempt before.
		attributes[ATTR_MCP_METHOD_NAME] === undefined;
	return is ? span : undefined;
}

/** The span id of a span's parent, as SDK 2.x and 3.x keep it. */
export function parentIdOf(span: api.Span): string | undefined {
	const id = member(member(span, "parentSpanContext"), "spanId");
	return typeof id === "string" && api.isValidSpanId(id) ? id : undefined;
}
