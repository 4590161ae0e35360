import * as api from "@opentelemetry/api";
import { cleanText, cleanUri } from "@mcp-trail/event";
import { isKnownMethod } from "../describe/methods.ts";
import type { Ending, Exchange, Notification } from "../observer.ts";
import { operationAttributes } from "./operation.ts";
import {
	ATTR_GEN_AI_PROMPT_NAME,
	ATTR_GEN_AI_TOOL_NAME,
	ATTR_JSONRPC_REQUEST_ID,
	ATTR_MCP_METHOD_NAME,
	ATTR_MCP_RESOURCE_URI,
	ATTR_MCP_SESSION_ID,
	METHOD_NOT_FOUND,
	VALUE_OTHER,
} from "./semconv.ts";
import type { SpanEnd } from "./span-end.ts";
import { targetOf } from "./target.ts";

/** Keyed digest of a bearer-like value, `hmac-sha256:<key id>:<64 hex>`. */
export type Digest = (kind: "session", value: string) => string;

/** A span before it is started. */
export interface SpanStart {
	readonly name: string;
	readonly kind: api.SpanKind;
	readonly attributes: api.Attributes;
}

/** A request, or a notification, which has no id. */
type About = Notification & { readonly id?: Exchange["id"] };

/** Says how a span starts: name, kind and attributes of the MCP conventions, names bounded and cleaned. */
export function spanStart(exchange: About, digest: Digest | undefined): SpanStart {
	const attributes = operationAttributes(exchange);
	const method = String(attributes[ATTR_MCP_METHOD_NAME]);
	const target = attributes[ATTR_GEN_AI_TOOL_NAME] ?? attributes[ATTR_GEN_AI_PROMPT_NAME];
	if (exchange.id !== undefined)
		attributes[ATTR_JSONRPC_REQUEST_ID] = cleanText(String(exchange.id), 128) ?? "";
	if (target === undefined) {
		// A URI stays out of the name and out of metrics (cardinality).
		const resource = targetOf(exchange.method, exchange.params);
		if (resource !== undefined)
			attributes[ATTR_MCP_RESOURCE_URI] = cleanUri(resource.value, 1024) ?? "";
	}
	if (exchange.era === "legacy" && digest !== undefined) {
		const session = exchange.connection.sessionId();
		if (session !== undefined) attributes[ATTR_MCP_SESSION_ID] = digest("session", session);
	}
	return {
		name: target === undefined ? method : `${method} ${String(target)}`,
		kind: exchange.inbound ? api.SpanKind.SERVER : api.SpanKind.CLIENT,
		attributes,
	};
}

/** A name that nobody here has is no part of a span's name, which must stay one of few; the attribute keeps it. */
export function boundName(span: api.Span, exchange: Exchange, ending: Ending, end: SpanEnd): void {
	const { inbound, method } = exchange;
	if (!inbound) return;
	const known = isKnownMethod(method);
	if (end.code === METHOD_NOT_FOUND && !known) span.updateName(VALUE_OTHER);
	else if (ending.known === false && known) span.updateName(method);
}
