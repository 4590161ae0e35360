// Knows nothing of mcp-trail nor of OpenTelemetry: a server on standard input and output.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";

const server = new McpServer({ name: "untouched", version: "1.0.0" });
server.registerTool("add", {}, () => ({ content: [{ type: "text", text: "added" }] }));
await server.connect(new StdioServerTransport());
