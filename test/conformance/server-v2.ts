import { randomUUID } from "node:crypto";
import { buffer } from "node:stream/consumers";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
	NodeStreamableHTTPServerTransport,
	toNodeHandler,
	toWebRequest,
} from "@modelcontextprotocol/node";
import {
	createMcpHandler,
	isLegacyRequest,
	McpServer,
	type JSONRPCMessage,
} from "@modelcontextprotocol/server";
import { eventStore } from "./event-store.ts";
import { refuse, serve } from "./http.ts";
import { instrumented } from "./instrumented.ts";
import { registerMultiRoundTrip, stateCodec } from "./multi-round-trip.ts";
import { sessions } from "./sessions.ts";
import { registerPrompts, registerResources, registerTools } from "./server-v2-features.ts";

const trail = await instrumented();
const store = eventStore<JSONRPCMessage>();

function everythingServer(): McpServer {
	const server = new McpServer(
		{ name: "everything-v2", version: "1.0.0" },
		{
			capabilities: {
				logging: {},
				completions: {},
				tools: { listChanged: true },
				prompts: { listChanged: true },
				resources: { subscribe: true, listChanged: true },
			},
			requestState: { verify: (state, ctx) => stateCodec.verify(state, ctx) },
		},
	);
	// Before anything is registered, so that it is seen whether a callback was entered.
	trail.server(server);
	registerTools(server, {
		toolsChanged: () => modern.notify.toolsChanged(),
		promptsChanged: () => modern.notify.promptsChanged(),
	});
	registerResources(server);
	registerPrompts(server);
	registerMultiRoundTrip(server);
	return server;
}

const modern = trail.handler(createMcpHandler(everythingServer, { legacy: "reject" }));
const handleModern = toNodeHandler(modern);
const live = sessions<NodeStreamableHTTPServerTransport>(async (opened) => {
	const transport = new NodeStreamableHTTPServerTransport({
		sessionIdGenerator: randomUUID,
		onsessioninitialized: (id) => opened(id, transport),
		eventStore: store,
		retryInterval: 500,
	});
	await everythingServer().connect(transport);
	return transport;
});

/** Node's type allows `undefined` where the adapter's type, under exactOptionalPropertyTypes, does not. */
const adapted = (req: IncomingMessage): IncomingMessage & { method: string; url: string } =>
	Object.assign(req, { method: req.method ?? "", url: req.url ?? "" });

async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
	let body: unknown;
	try {
		if (req.method === "POST") body = JSON.parse((await buffer(req)).toString());
	} catch {
		return refuse(res, 400, -32700, "Parse error");
	}
	const legacy = await isLegacyRequest(await toWebRequest(adapted(req), body), body);
	await (legacy ? live.handle(req, res, body) : handleModern(adapted(req), res, body));
}

serve({
	handle,
	listener: trail.listener,
	async close() {
		await live.close();
		await modern.close();
		await trail.close();
	},
});
