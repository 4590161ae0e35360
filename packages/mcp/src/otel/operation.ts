import type * as api from "@opentelemetry/api";
import { cleanText } from "@mcp-trail/event";
import type { Connection } from "../peer-connection.ts";
import type { Notification } from "../observer.ts";
import {
	ATTR_GEN_AI_OPERATION_NAME,
	ATTR_GEN_AI_PROMPT_NAME,
	ATTR_GEN_AI_TOOL_NAME,
	ATTR_MCP_METHOD_NAME,
	ATTR_MCP_PROTOCOL_VERSION,
	ATTR_NETWORK_PROTOCOL_NAME,
	ATTR_NETWORK_TRANSPORT,
	ATTR_SERVER_ADDRESS,
	ATTR_SERVER_PORT,
	GEN_AI_OPERATION_EXECUTE_TOOL,
} from "./semconv.ts";
import { targetOf } from "./target.ts";

const NETWORK: Readonly<Record<Connection["transport"], readonly [string?, string?]>> = {
	stdio: ["pipe"],
	streamable_http: ["tcp", "http"],
	http_sse: ["tcp", "http"],
	websocket: ["tcp", "websocket"],
	in_memory: [],
	other: [],
};

/** Says how a connection runs, and on the client where to. */
export function connectionAttributes(connection: Connection, attributes: api.Attributes): void {
	const [transport, protocol] = NETWORK[connection.transport];
	if (transport !== undefined) attributes[ATTR_NETWORK_TRANSPORT] = transport;
	if (protocol !== undefined) attributes[ATTR_NETWORK_PROTOCOL_NAME] = protocol;
	const { endpoint } = connection;
	if (endpoint === undefined) return;
	attributes[ATTR_SERVER_ADDRESS] = endpoint.address;
	attributes[ATTR_SERVER_PORT] = endpoint.port;
}

/** What the span of a request or notification and its duration both say, names bounded and cleaned. */
export function operationAttributes(
	exchange: Pick<Notification, "connection" | "method" | "params" | "protocolVersion">,
): api.Attributes {
	const attributes: api.Attributes = {
		[ATTR_MCP_METHOD_NAME]: cleanText(exchange.method, 128) ?? "",
	};
	if (exchange.protocolVersion !== undefined) {
		attributes[ATTR_MCP_PROTOCOL_VERSION] = cleanText(exchange.protocolVersion, 32) ?? "";
	}
	connectionAttributes(exchange.connection, attributes);
	if (exchange.method === "tools/call") {
		attributes[ATTR_GEN_AI_OPERATION_NAME] = GEN_AI_OPERATION_EXECUTE_TOOL;
	}
	const target = targetOf(exchange.method, exchange.params);
	if (target?.kind === "tool" || target?.kind === "prompt") {
		const key = target.kind === "tool" ? ATTR_GEN_AI_TOOL_NAME : ATTR_GEN_AI_PROMPT_NAME;
		attributes[key] = cleanText(target.value, 256) ?? "";
	}
	return attributes;
}
