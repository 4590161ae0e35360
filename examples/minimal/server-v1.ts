/** A stdio server on `@modelcontextprotocol/sdk` 1.x with an audit trail in ./trail (or in the folder given). */
import { fileTrail, openAudit } from "@mcp-trail/audit";
import { instrumentServer } from "@mcp-trail/mcp";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";

const audit = openAudit({
	service: "weather",
	trail: fileTrail({ dir: process.argv[2] ?? "trail" }),
});
const server = instrumentServer(new McpServer({ name: "weather", version: "1.0.0" }), { audit });
server.registerTool(
	"forecast",
	{ description: "Tomorrow's weather", inputSchema: { city: z.string() } },
	({ city }) => ({ content: [{ type: "text", text: `Sunny in ${city}` }] }),
);
await server.connect(new StdioServerTransport());

// A stdio server ends when its client closes stdin; SIGTERM follows about two seconds later.
process.stdin.once("end", () => void audit.close().then(() => process.exit(0)));
process.once("SIGTERM", () => void audit.close().then(() => process.exit(0)));
