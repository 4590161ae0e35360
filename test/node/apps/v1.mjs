// A server that knows nothing of mcp-trail.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";

const server = new McpServer({ name: "untouched", version: "1.0.0" });
server.registerTool(
	"echo",
	{ description: "Says it again", inputSchema: { text: z.string() } },
	async ({ text }) => ({
		content: [{ type: "text", text }],
	}),
);
server.registerTool("fail", { description: "Fails" }, async () => {
	throw new Error("no");
});

if (process.argv[2] === "handles")
	process.on("SIGTERM", () => setTimeout(() => process.exit(7), 1_000));
if (process.argv[2] === "leaves") {
	process.stdin.on("end", () => process.exit(3));
	process.on("SIGTERM", () => process.exit(4));
}
if (process.argv[2] === "stays") setInterval(() => undefined, 1_000);

await server.connect(new StdioServerTransport());
