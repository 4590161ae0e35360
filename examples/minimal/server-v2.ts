/** A stdio server on `@modelcontextprotocol/server` 2.x with an audit trail in ./trail (or in the folder given). */
import { fileTrail, openAudit } from "@mcp-trail/audit";
import { instrumentServer } from "@mcp-trail/mcp";
import { McpServer } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

const audit = openAudit({
	service: "weather",
	trail: fileTrail({ dir: process.argv[2] ?? "trail" }),
});
const server = instrumentServer(new McpServer({ name: "weather", version: "1.0.0" }), { audit });
server.registerTool(
	"forecast",
	{ description: "Tomorrow's weather", inputSchema: z.object({ city: z.string() }) },
	({ city }) => ({ content: [{ type: "text", text: `Sunny in ${city}` }] }),
);
await server.connect(new StdioServerTransport());

// A stdio server ends when its client closes stdin; SIGTERM follows about two seconds later.
process.stdin.once("end", () => void audit.close().then(() => process.exit(0)));
process.once("SIGTERM", () => void audit.close().then(() => process.exit(0)));
