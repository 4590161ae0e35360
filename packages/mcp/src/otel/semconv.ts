// OpenTelemetry semantic conventions for MCP, status Development, copied rather than imported:
// open-telemetry/semantic-conventions-genai docs/gen-ai/mcp.md at e9de14b (npm's constants are incubating and deprecated as moved).

export const ATTR_ERROR_TYPE = "error.type";
export const ATTR_GEN_AI_OPERATION_NAME = "gen_ai.operation.name";
export const ATTR_GEN_AI_PROMPT_NAME = "gen_ai.prompt.name";
export const ATTR_GEN_AI_TOOL_NAME = "gen_ai.tool.name";
export const ATTR_JSONRPC_REQUEST_ID = "jsonrpc.request.id";
export const ATTR_MCP_METHOD_NAME = "mcp.method.name";
export const ATTR_MCP_PROTOCOL_VERSION = "mcp.protocol.version";
export const ATTR_MCP_RESOURCE_URI = "mcp.resource.uri";
export const ATTR_MCP_SESSION_ID = "mcp.session.id";
export const ATTR_NETWORK_PROTOCOL_NAME = "network.protocol.name";
export const ATTR_NETWORK_TRANSPORT = "network.transport";

/** The MCP page's name; core renamed it to `rpc.status_code` (semantic-conventions #3921). Switch it here when the page does. */
export const ATTR_RPC_STATUS_CODE = "rpc.response.status_code";

/** Our own: how a request ended that was not answered; the conventions have no name for it. */
export const ATTR_ENDING = "mcp_trail.ending";

export const GEN_AI_OPERATION_EXECUTE_TOOL = "execute_tool";
export const ERROR_TYPE_TOOL_ERROR = "tool_error";
export const ERROR_TYPE_OTHER = "_OTHER";
