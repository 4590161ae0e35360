import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { CallToolResultSchema, ResultSchema } from "@modelcontextprotocol/sdk/types.js";
import type { Instrumentation } from "@mcp-trail/mcp";
import type { Caller } from "./caller.ts";

/** Connects an instrumented client of SDK v1. */
export async function clientV1(transport: Transport, seen: Instrumentation): Promise<Caller> {
	const client = seen.client(new Client({ name: "matrix-client", version: "1.0.0" }));
	await client.connect(transport);
	return {
		tool: (name, args, options = {}) =>
			client.callTool({ name, arguments: { ...args } }, CallToolResultSchema, {
				...(options.signal && { signal: options.signal }),
				...(options.timeoutMs !== undefined && { timeout: options.timeoutMs }),
				...(options.onBegin && { onprogress: options.onBegin }),
			}),
		request: (method) => client.request({ method }, ResultSchema),
		close: () => client.close(),
	};
}
