import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { instrumentation, type InstrumentationOptions } from "@mcp-trail/mcp";
import { StreamableHTTPClientTransport as ClientTransportV2 } from "@modelcontextprotocol/client";
import { NodeStreamableHTTPServerTransport, toNodeHandler } from "@modelcontextprotocol/node";
import { StreamableHTTPClientTransport as ClientTransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { z } from "zod";
import {
	as,
	fakeAudit,
	modern,
	type FakeAudit,
	type Generation,
	type Transport,
} from "./support.ts";

export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Listens on a free port of the loopback interface; tests stop what is in the list. */
export async function listening(listener: Listener, open: Server[]): Promise<URL> {
	const server = createServer((request, response) => void listener(request, response));
	open.push(server);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("no port");
	return new URL(`http://127.0.0.1:${address.port}/mcp`);
}

export async function stop(open: Server[]): Promise<void> {
	for (const server of open.splice(0)) {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	}
}

/** A server of one tool, which answers with what it is asked. */
export function echoing(generation: Generation, name = "desk"): object {
	const server = new generation.McpServer({ name, version: "1.0.0" });
	server.registerTool("echo", { inputSchema: z.object({ text: z.string() }) }, as(answer));
	return server;
}

const answer = ({ text }: { readonly text: string }): object => ({
	content: [{ type: "text", text }],
});

/** A session transport of `node:http` and how it takes a request. */
export function serving(generation: Generation): Transport & {
	handleRequest(request: object, response: object, body?: unknown): Promise<void>;
} {
	const options = { sessionIdGenerator: () => randomUUID() };
	return as(
		generation.name === "v1"
			? new StreamableHTTPServerTransport(options)
			: new NodeStreamableHTTPServerTransport(options),
	);
}

export function reaching(generation: Generation, url: URL, options: object = {}): Transport {
	return as(
		generation.name === "v1"
			? new ClientTransportV1(url, as(options))
			: new ClientTransportV2(url, as(options)),
	);
}

/** An instrumented server over HTTP: of one session, or in the modern era one for each request. */
export async function served(generation: Generation, options: InstrumentationOptions) {
	const trail = instrumentation(options);
	if (generation === modern) {
		const handler = trail.handler(createMcpHandler(() => as(trail.server(echoing(generation)))));
		const take = toNodeHandler(handler);
		return {
			server: undefined,
			close: () => handler.close(),
			take: (request: IncomingMessage, response: ServerResponse, body?: unknown): unknown =>
				take(as(request), response, body),
		};
	}
	const server = trail.server(echoing(generation));
	const transport = serving(generation);
	await as<{ connect(transport: object): Promise<void> }>(server).connect(transport);
	return {
		server,
		close: () => as<{ close(): Promise<void> }>(server).close(),
		take: (request: IncomingMessage, response: ServerResponse, body?: unknown): unknown =>
			transport.handleRequest(request, response, body),
	};
}

export interface Connected {
	readonly client: object;
	readonly call: (text?: string) => Promise<unknown>;
	readonly close: () => Promise<void>;
	readonly near: FakeAudit;
	readonly far: FakeAudit;
	readonly url: URL;
}

/** A client and a server of one generation over Streamable HTTP with a session, each with an audit of its own. */
export async function overHttp(
	generation: Generation,
	options: {
		readonly open: Server[];
		readonly server?: InstrumentationOptions;
		readonly client?: InstrumentationOptions;
		readonly transport?: object;
		/** Stands around the transport, as a host's own code does. */
		readonly around?: (inside: Listener) => Listener;
	},
): Promise<Connected> {
	const near = fakeAudit();
	const far = fakeAudit();
	const server = await served(generation, { audit: far, ...options.server });
	const inside: Listener = (request, response) => server.take(request, response);
	const url = await listening(options.around?.(inside) ?? inside, options.open);
	const client = instrumentation({ audit: near, ...options.client }).client(
		new generation.Client({ name: "probe", version: "2.0.0" }),
	);
	await client.connect(as(reaching(generation, url, options.transport)));
	return {
		client,
		call: (text = "hello") => generation.callTool(client, { name: "echo", arguments: { text } }),
		close: async () => {
			await client.close();
			await server.close();
		},
		near,
		far,
		url,
	};
}
