// A server that knows nothing of mcp-trail.
const { McpServer } = require("@modelcontextprotocol/sdk/server/mcp.js");
const { StdioServerTransport } = require("@modelcontextprotocol/sdk/server/stdio.js");
const { z } = require("zod");

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
if (process.argv[2] === "stays") setInterval(() => undefined, 1_000);

void server.connect(new StdioServerTransport());
