// A server that counts how often it is told that nothing is left to do, and does one thing more.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";

let told = 0;
process.on("beforeExit", (code) => {
	told++;
	if (told === 1) setTimeout(() => undefined, 10);
	process.stderr.write(`told ${told} with ${code}\n`);
});
process.on("exit", (code) => void process.stderr.write(`exit ${code}\n`));
process.exitCode = 5;
if (process.argv[2] === "stays") setTimeout(() => undefined, 4_000);

await new McpServer({ name: "before-exit", version: "1.0.0" }).connect(new StdioServerTransport());
