import type { Instrumentation } from "@mcp-trail/mcp";
import { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { work, workingTools } from "./tools.ts";

const text = (value: string) => [{ type: "text" as const, text: value }];

/** A server of SDK v2 with one tool per cause, instrumented; its entry decides the era. */
export function serverV2(seen: Instrumentation): McpServer {
	// Before the tools are registered, so that it is seen when their callbacks are entered.
	const server = seen.server(new McpServer({ name: "matrix", version: "1.0.0" }));
	const note = z.object({ note: z.string().optional() });
	server.registerTool("answered", { inputSchema: note }, () => ({ content: text("fine") }));
	server.registerTool("tool_error", { inputSchema: note }, () => ({
		content: text("out of paper"),
		isError: true,
	}));
	server.registerTool("handler_throw", { inputSchema: note }, () => {
		throw new Error("paper jam");
	});
	server.registerTool("bad_arguments", { inputSchema: z.object({ count: z.number() }) }, () => ({
		content: text("not reached"),
	}));
	for (const name of workingTools) {
		server.registerTool(name, { inputSchema: note }, async (_args, context) => {
			const { _meta: meta } = context.mcpReq;
			const progressToken = meta?.progressToken;
			const done = await work({
				signal: context.mcpReq.signal,
				began: () =>
					progressToken === undefined
						? Promise.resolve()
						: context.mcpReq.notify({
								method: "notifications/progress",
								params: { progressToken, progress: 1 },
							}),
			});
			return { content: text(done) };
		});
	}
	return server;
}
