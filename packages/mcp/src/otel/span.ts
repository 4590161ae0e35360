import * as api from "@opentelemetry/api";
import { cleanText, cleanUri } from "@mcp-trail/event";
import type { Connection, Exchange } from "../observer.ts";
import {
	ATTR_GEN_AI_OPERATION_NAME,
	ATTR_GEN_AI_PROMPT_NAME,
	ATTR_GEN_AI_TOOL_NAME,
	ATTR_JSONRPC_REQUEST_ID,
	ATTR_MCP_METHOD_NAME,
	ATTR_MCP_PROTOCOL_VERSION,
	ATTR_MCP_RESOURCE_URI,
	ATTR_MCP_SESSION_ID,
	ATTR_NETWORK_PROTOCOL_NAME,
	ATTR_NETWORK_TRANSPORT,
	GEN_AI_OPERATION_EXECUTE_TOOL,
} from "./semconv.ts";
import { targetOf } from "./target.ts";

/** Keyed digest of a bearer-like value, `hmac-sha256:<key id>:<64 hex>`. */
export type Digest = (kind: "session", value: string) => string;

/** A span before it is started. */
export interface SpanStart {
	readonly name: string;
	readonly kind: api.SpanKind;
	readonly attributes: api.Attributes;
}

const NETWORK: Readonly<Record<Connection["transport"], readonly [string?, string?]>> = {
	stdio: ["pipe"],
	streamable_http: ["tcp", "http"],
	http_sse: ["tcp", "http"],
	websocket: ["tcp", "websocket"],
	in_memory: [],
	other: [],
};

/** Says how a request's span starts: name, kind and attributes of the MCP conventions, names bounded and cleaned. */
export function spanStart(exchange: Exchange, digest: Digest | undefined): SpanStart {
	const method = cleanText(exchange.method, 128) ?? "";
	const attributes: api.Attributes = {
		[ATTR_MCP_METHOD_NAME]: method,
		[ATTR_JSONRPC_REQUEST_ID]: cleanText(String(exchange.id), 128) ?? "",
	};
	if (exchange.protocolVersion !== undefined) {
		attributes[ATTR_MCP_PROTOCOL_VERSION] = cleanText(exchange.protocolVersion, 32) ?? "";
	}
	const [transport, protocol] = NETWORK[exchange.connection.transport];
	if (transport !== undefined) attributes[ATTR_NETWORK_TRANSPORT] = transport;
	if (protocol !== undefined) attributes[ATTR_NETWORK_PROTOCOL_NAME] = protocol;
	if (exchange.era === "legacy" && digest !== undefined) {
		const session = exchange.connection.sessionId();
		if (session !== undefined) attributes[ATTR_MCP_SESSION_ID] = digest("session", session);
	}
	return { name: nameOf(method, exchange, attributes), kind: kindOf(exchange), attributes };
}

function kindOf(exchange: Exchange): api.SpanKind {
	return exchange.inbound ? api.SpanKind.SERVER : api.SpanKind.CLIENT;
}

/** Sets what the target says, and names the span; a URI stays out of the name (cardinality). */
function nameOf(method: string, exchange: Exchange, attributes: api.Attributes): string {
	if (exchange.method === "tools/call") {
		attributes[ATTR_GEN_AI_OPERATION_NAME] = GEN_AI_OPERATION_EXECUTE_TOOL;
	}
	const target = targetOf(exchange.method, exchange.params);
	if (target === undefined) return method;
	if (target.kind === "resource") {
		attributes[ATTR_MCP_RESOURCE_URI] = cleanUri(target.value, 1024) ?? "";
		return method;
	}
	const name = cleanText(target.value, 256) ?? "";
	attributes[target.kind === "tool" ? ATTR_GEN_AI_TOOL_NAME : ATTR_GEN_AI_PROMPT_NAME] = name;
	return `${method} ${name}`;
}
