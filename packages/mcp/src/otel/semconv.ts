// OpenTelemetry semantic conventions for MCP, status Development, copied rather than imported:
// open-telemetry/semantic-conventions-genai docs/gen-ai/mcp.md at e9de14b (npm's constants are incubating and deprecated as moved).

export const ATTR_ERROR_TYPE = "error.type";
export const ATTR_GEN_AI_OPERATION_NAME = "gen_ai.operation.name";
export const ATTR_GEN_AI_PROMPT_NAME = "gen_ai.prompt.name";
export const ATTR_GEN_AI_TOOL_CALL_ARGUMENTS = "gen_ai.tool.call.arguments";
export const ATTR_GEN_AI_TOOL_CALL_RESULT = "gen_ai.tool.call.result";
export const ATTR_GEN_AI_TOOL_NAME = "gen_ai.tool.name";
export const ATTR_JSONRPC_REQUEST_ID = "jsonrpc.request.id";
export const ATTR_MCP_METHOD_NAME = "mcp.method.name";
export const ATTR_MCP_PROTOCOL_VERSION = "mcp.protocol.version";
export const ATTR_MCP_RESOURCE_URI = "mcp.resource.uri";
export const ATTR_MCP_SESSION_ID = "mcp.session.id";
export const ATTR_NETWORK_PROTOCOL_NAME = "network.protocol.name";
export const ATTR_NETWORK_TRANSPORT = "network.transport";
export const ATTR_SERVER_ADDRESS = "server.address";
export const ATTR_SERVER_PORT = "server.port";

/** The MCP page's name, and the one that core renamed it to (semantic-conventions #3921). */
export type RpcStatusCode = "rpc.response.status_code" | "rpc.status_code";

/** What spans and metrics say unless asked otherwise: the one place to switch when the page does. */
export const ATTR_RPC_STATUS_CODE: RpcStatusCode = "rpc.response.status_code";

/** Our own: how a request ended that was not answered; the conventions have no name for it. */
export const ATTR_ENDING = "mcp_trail.ending";

export const METRIC_MCP_CLIENT_OPERATION_DURATION = "mcp.client.operation.duration";
export const METRIC_MCP_CLIENT_SESSION_DURATION = "mcp.client.session.duration";
export const METRIC_MCP_SERVER_OPERATION_DURATION = "mcp.server.operation.duration";
export const METRIC_MCP_SERVER_SESSION_DURATION = "mcp.server.session.duration";

/** Upper bounds that the conventions advise for all four durations, in seconds. */
export const DURATION_BOUNDARIES: readonly number[] = [
	0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300,
];

/** An argument of a prompt follows. */
export const GEN_AI_PROMPT_VARIABLE_PREFIX = "gen_ai.prompt.variable.";
export const GEN_AI_OPERATION_EXECUTE_TOOL = "execute_tool";
export const ERROR_TYPE_TOOL_ERROR = "tool_error";
export const ERROR_TYPE_OTHER = "_OTHER";

/** What a metric says in place of a name beyond its bound, as the HTTP conventions say it of methods. */
export const VALUE_OTHER = "_OTHER";

/** The JSON-RPC code of a method that a peer does not have. */
export const METHOD_NOT_FOUND = "-32601";
