import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer as McpServerV2 } from "@modelcontextprotocol/server";
import { z } from "zod";

const info = { name: "bench-server", version: "1.0.0" };
const echo = { description: "Echoes", inputSchema: z.object({ message: z.string() }) };
const cpu = { description: "CPU used by this process so far, in microseconds" };

type Settle = () => Promise<void>;
const nothing: Settle = async () => {};

async function cpuText(settle: Settle): Promise<string> {
	await settle();
	const { user, system } = process.cpuUsage();
	return String(user + system);
}

/** The same small server on SDK 1; asked for its CPU it first settles, so that nothing recorded is left to do. */
export function serverV1(settle = nothing): McpServerV1 {
	const server = new McpServerV1(info);
	server.registerTool("echo", { ...echo, inputSchema: echo.inputSchema.shape }, ({ message }) => ({
		content: [{ type: "text", text: message }],
	}));
	server.registerTool("cpu", cpu, async () => ({
		content: [{ type: "text", text: await cpuText(settle) }],
	}));
	return server;
}

/** The same small server on SDK 2. */
export function serverV2(settle = nothing): McpServerV2 {
	const server = new McpServerV2(info);
	server.registerTool("echo", echo, ({ message }) => ({
		content: [{ type: "text", text: message }],
	}));
	server.registerTool("cpu", cpu, async () => ({
		content: [{ type: "text", text: await cpuText(settle) }],
	}));
	return server;
}
