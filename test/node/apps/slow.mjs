// A server whose tool answers some time after its input has ended, in a process that something keeps open.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";

const server = new McpServer({ name: "slow", version: "1.0.0" });
const connection = setInterval(() => undefined, 1_000);
server.registerTool("slow", { description: "Answers late" }, async () => {
	process.stdin.once("end", () => setTimeout(() => process.emit("late"), 2_500));
	await new Promise((resolve) => process.once("late", resolve));
	setTimeout(() => clearInterval(connection), 2_500);
	return { content: [] };
});
await server.connect(new StdioServerTransport());
