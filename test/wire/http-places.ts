import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { instrumentation } from "@mcp-trail/mcp";
import { httpEdge } from "@mcp-trail/mcp/http";
import { NodeStreamableHTTPServerTransport, toNodeHandler } from "@modelcontextprotocol/node";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import {
	createMcpHandler,
	type McpHttpHandler,
	hostHeaderValidationResponse,
	inputRequired,
	McpServer,
	originValidationResponse,
	requireScopes,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { as, type FakeAudit, fakeAudit, until } from "../mcp/support.ts";
import { type Listener, type PlaceName, type PlaceOptions, rpc } from "./http-place-names.ts";

export interface Place {
	readonly audit: FakeAudit;
	readonly warnings: readonly unknown[];
	/** Sends what a test says, beside the headers that every request has; `null` leaves one out. */
	send(
		body: string | undefined,
		headers?: Readonly<Record<string, string | null>>,
		method?: string,
		signal?: AbortSignal,
	): Promise<Response>;
	/** Writes what is still counted. */
	flush(): void;
	close(): Promise<void>;
}

type McpFetch = McpHttpHandler["fetch"];
/** Told that a tool began; one that can answer waits for it. */
type Entered = () => unknown;

const say = () => ({ content: [{ type: "text" as const, text: "done" }] });

/** What the helpers of the SDK say to a request before an entry sees it. */
function refusing(handler: { fetch: McpFetch }, allows: readonly string[]): { fetch: McpFetch } {
	const hosts = [...allows];
	return {
		fetch: async (request, options) =>
			originValidationResponse(request, hosts) ??
			// Node's adapter makes the address from the same header.
			(allows.includes("localhost") ? undefined : hostHeaderValidationResponse(request, hosts)) ??
			handler.fetch(request, options),
	};
}

function build(name: PlaceName, entered: Entered): object {
	const info = { name: "desk", version: "1.0.0" };
	const schema = { note: z.string() };
	if (name === "v1 sessions") {
		const server = new McpServerV1(info);
		return Object.assign(server, {
			fill() {
				server.registerTool("echo", {}, say);
				server.registerTool("strict", { inputSchema: schema }, say);
				server.registerTool("hanging", {}, () => (entered(), new Promise<never>(() => {})));
				server.registerTool("late", {}, async () => (await entered(), say()));
			},
		});
	}
	const server = new McpServer(info);
	return Object.assign(server, {
		fill() {
			server.registerTool("echo", { inputSchema: z.object({}) }, say);
			server.registerTool("strict", { inputSchema: z.object(schema) }, say);
			server.registerTool("hanging", {}, () => (entered(), new Promise<never>(() => {})));
			server.registerTool("late", {}, async () => (await entered(), say()));
			server.registerTool("asking", {}, () =>
				inputRequired({
					inputRequests: {
						a: inputRequired.elicit({
							message: "?",
							requestedSchema: { type: "object", properties: {} },
						}),
					},
				}),
			);
			server.registerTool("guarded", { scopeChallenge: requireScopes("tickets:write") }, say);
		},
	});
}

/** Listens behind the edge; what opening a session records is forgotten. */
export async function place(
	name: PlaceName,
	options: PlaceOptions = {},
	entered: Entered = () => undefined,
): Promise<Place> {
	const audit = fakeAudit();
	const warnings: unknown[] = [];
	const onWarning = (warning: Error): void => void warnings.push(warning.cause ?? warning.message);
	const trail = instrumentation({ audit, onWarning });
	const edge = httpEdge({ audit, onWarning });
	const made = () => {
		const server = as<McpServer & { fill(): void }>(trail.server(build(name, entered)));
		server.fill();
		return server;
	};
	let handle: Listener;
	let end: () => Promise<void>;
	if (name === "v2 handler") {
		const handler = trail.handler(
			createMcpHandler(made, options.legacy ? { legacy: options.legacy } : {}),
		);
		const serve = toNodeHandler(options.allows ? refusing(handler, options.allows) : handler);
		handle = async (request, response) => {
			if (!options.parses) return serve(as(request), response);
			const body: unknown = JSON.parse(await text(request));
			return serve(as(Object.assign(request, { body })), response, body);
		};
		end = () => handler.close();
	} else {
		const session = { sessionIdGenerator: randomUUID, ...options.transport };
		const transport =
			name === "v1 sessions"
				? new StreamableHTTPServerTransport(session)
				: new NodeStreamableHTTPServerTransport(session);
		const server = made();
		await server.connect(as(transport));
		handle = (request, response) => transport.handleRequest(request, response);
		end = () => server.close();
	}
	const verified: Listener = (request, response) =>
		handle(Object.assign(request, options.auth && { auth: options.auth }), response);
	const listener = edge.listener(as<never>(options.guard?.(verified) ?? verified));
	const http = createServer(listener);
	await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
	const url = `http://127.0.0.1:${as<AddressInfo>(http.address()).port}/mcp`;
	const headers = new Map([
		["content-type", "application/json"],
		["accept", "application/json, text/event-stream"],
		["authorization", "Bearer good"],
	]);
	const send: Place["send"] = (body, more = {}, method = "POST", signal?) => {
		const all = new Map<string, string | null>([...headers, ...Object.entries(more)]);
		return fetch(url, {
			method,
			headers: [...all].flatMap(([key, value]): [string, string][] =>
				value === null ? [] : [[key, value]],
			),
			...(body !== undefined && { body }),
			...(signal && { signal }),
		});
	};
	if (name !== "v2 handler" && !options.transport && !options.guard) {
		const opened = await send(
			rpc("initialize", {
				protocolVersion: "2025-11-25",
				capabilities: {},
				clientInfo: { name: "probe", version: "1" },
			}),
		);
		headers.set("mcp-session-id", opened.headers.get("mcp-session-id") ?? "");
		await opened.text();
		await until(() => audit.outcomes("initialize").length === 1, "initialize");
	}
	audit.events.length = 0;
	return {
		audit,
		warnings,
		send,
		flush: () => edge.flush(),
		async close() {
			http.closeAllConnections();
			await new Promise((resolve) => http.close(resolve));
			await end();
		},
	};
}
