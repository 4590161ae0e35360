/** A client with an audit trail of its own: starts the server given, calls its tool, and closes. */
import { fileTrail, openAudit } from "@mcp-trail/audit";
import { instrumentClient } from "@mcp-trail/mcp";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

const [server = "server-v1.ts", dir = "trail"] = process.argv.slice(2);
const audit = openAudit({ service: "desk", trail: fileTrail({ dir }) });
const client = instrumentClient(new Client({ name: "desk", version: "4.2.0" }), { audit });
await client.connect(
	new StdioClientTransport({
		command: process.execPath,
		args: [...process.execArgv, new URL(server, import.meta.url).pathname, dir],
	}),
);
const { content } = await client.callTool({ name: "forecast", arguments: { city: "Zürich" } });
console.log(content);
await client.close();
const report = await audit.close();
console.log(`recorded ${report.recorded}, lost ${report.lost}; now: npx mcp-trail verify ${dir}`);
