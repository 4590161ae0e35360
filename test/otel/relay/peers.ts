import { StreamableHTTPClientTransport as HttpV2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioV2 } from "@modelcontextprotocol/client/stdio";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as HttpV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer as McpServerV2 } from "@modelcontextprotocol/server";
import type { StoredEvent } from "@mcp-trail/event";
import type { Instrumentation } from "@mcp-trail/mcp";
import type { Caller } from "../../matrix/caller.ts";
import { clientV1 } from "../../matrix/client-v1.ts";
import { clientV2 } from "../../matrix/client-v2.ts";
import type { Sdk } from "../../matrix/expected.ts";
import { isOutcome, type Recorder } from "../../matrix/recording.ts";
import type { Exported } from "./spans.ts";

/** What one process of a relay recorded and exported. */
export interface Left {
	readonly events: readonly StoredEvent[];
	readonly spans: readonly Exported[];
}

const info = { name: "relay", version: "1.0.0" };

/** A tool without arguments that answers with a text. */
type Tools = Readonly<Record<string, () => Promise<string>>>;

export function serverV1Of(seen: Instrumentation, tools: Tools): McpServerV1 {
	const server = seen.server(new McpServerV1(info));
	for (const [name, run] of Object.entries(tools))
		server.registerTool(name, {}, async () => ({ content: [{ type: "text", text: await run() }] }));
	return server;
}

export function serverV2Of(seen: Instrumentation, tools: Tools): McpServerV2 {
	const server = seen.server(new McpServerV2(info));
	for (const [name, run] of Object.entries(tools))
		server.registerTool(name, {}, async () => ({ content: [{ type: "text", text: await run() }] }));
	return server;
}

/** A program to start, or a URL to connect to. */
export type Upstream = { readonly command: string; readonly args: string[] } | URL;

/** Connects an instrumented client. */
export function connect(sdk: Sdk, seen: Instrumentation, upstream: Upstream): Promise<Caller> {
	const http = upstream instanceof URL;
	if (sdk === "v1") return clientV1(http ? new HttpV1(upstream) : new StdioV1(upstream), seen);
	return clientV2(http ? new HttpV2(upstream) : new StdioV2(upstream), seen, sdk === "v2-modern");
}

/** Calls a tool, and reads the text that it answers. */
export async function ask(caller: Caller, tool: string): Promise<string> {
	const result: { content?: { text?: string }[] } = Object(await caller.tool(tool, {}));
	return result.content?.[0]?.text ?? "";
}

/** What is recorded and exported once calls of these tools have ended; nothing is recorded after that. */
export async function leave(
	recorder: Recorder,
	spans: () => readonly Exported[],
	calls: Readonly<Record<string, number>>,
): Promise<Left> {
	for (const [tool, count] of Object.entries(calls))
		await recorder.until(count, (event) => isOutcome(event) && event.target?.name === tool);
	const { events, invalid } = await recorder.finish();
	if (invalid.length > 0) throw new Error(invalid.join());
	return { events, spans: spans() };
}
