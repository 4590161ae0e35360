import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { instrumentation, instrumentClient, instrumentServer } from "@mcp-trail/mcp";
import { httpEdge } from "@mcp-trail/mcp/http";
import * as v2client from "@modelcontextprotocol/client";
import * as v1client from "@modelcontextprotocol/sdk/client/index.js";
import * as v1low from "@modelcontextprotocol/sdk/server/index.js";
import * as v1server from "@modelcontextprotocol/sdk/server/mcp.js";
import * as v1memory from "@modelcontextprotocol/sdk/inMemory.js";
import * as v2server from "@modelcontextprotocol/server";
import { expect, expectTypeOf, it } from "vitest";
import { as, fakeAudit } from "./support.ts";

const info = { name: "x", version: "1" };
const newServer = (): v1server.McpServer => new v1server.McpServer(info);
const own = (request: Http2ServerRequest, response: Http2ServerResponse): void =>
	void response.end(request.url);

it("[compatible.types] accepts the classes of both SDKs and gives the same instance back", () => {
	const servers = [
		new v1server.McpServer(info),
		new v1low.Server(info, { capabilities: {} }),
		new v2server.McpServer(info),
		new v2server.Server(info, { capabilities: {} }),
	] as const;
	const clients = [new v1client.Client(info), new v2client.Client(info)] as const;
	const [a, b, c, d] = servers;
	expectTypeOf(instrumentServer(a)).toEqualTypeOf<v1server.McpServer>();
	expectTypeOf(instrumentServer(b, { audit: false })).toEqualTypeOf<typeof b>();
	expectTypeOf(instrumentServer(c)).toEqualTypeOf<v2server.McpServer>();
	expectTypeOf(instrumentServer(d)).toEqualTypeOf<v2server.Server>();
	expectTypeOf(instrumentClient(clients[0])).toEqualTypeOf<(typeof clients)[0]>();
	expectTypeOf(instrumentClient(clients[1])).toEqualTypeOf<v2client.Client>();
	const trail = instrumentation({ audit: false });
	for (const server of servers) expect(trail.server(server)).toBe(server);
	for (const client of clients) expect(trail.client(client)).toBe(client);
	const handler = trail.handler(v2server.createMcpHandler(() => trail.server(c)));
	expectTypeOf(handler).toEqualTypeOf<v2server.McpHttpHandler>();
});

it("[compatible.types] types the parameters of a listener that is written in place", () => {
	const edge = httpEdge({ audit: false });
	const http: Server = createServer(edge.listener((_request, response) => response.end()));
	http.close();
	edge.listener((request, response) => {
		expectTypeOf(request).toEqualTypeOf<IncomingMessage>();
		expectTypeOf(response).toEqualTypeOf<ServerResponse>();
	});
	expectTypeOf(edge.listener(own)).toEqualTypeOf<typeof own>();
	expect(edge.listener(own)).toBe(own);
});

it("[safe.misuse] refuses what would silently record nothing, and says what to give", () => {
	const audit = fakeAudit();
	expect(() => instrumentServer(newServer(), as(audit))).toThrow(
		/Give it as a member: \{ audit \}/,
	);
	expect(() => instrumentServer(newServer(), { audit: as({ service: "x" }) })).toThrow(
		/Give what openAudit\(\) returned/,
	);
	expect(() => instrumentServer(newServer(), as({ audit, tracing: false }))).toThrow(
		/no option "tracing". Use one of audit, traces/,
	);
	expect(() => httpEdge(as({ audit, path: ["/mcp"] }))).toThrow(/no option "path". Use one of /);
	expect(() => httpEdge(as(audit))).toThrow(/Give it as a member: \{ audit \}/);
	expect(() => httpEdge({ audit: as({ service: "x" }) })).toThrow(
		/Give what openAudit\(\) returned/,
	);
});

it("[safe.misuse] refuses a client as a server, and a server as a client", () => {
	for (const { McpServer, Server, Client } of [
		{ ...v1server, ...v1low, ...v1client },
		{ ...v2server, ...v2client },
	]) {
		expect(() => instrumentServer(new Client(info), { audit: false })).toThrow(/instrumentClient/);
		for (const server of [new McpServer(info), new Server(info, { capabilities: {} })])
			expect(() => instrumentClient(server as v1low.Server, { audit: false })).toThrow(
				/instrumentServer/,
			);
	}
});

it.each([
	["SDK 1", v1server.McpServer, v1client.Client, v1memory.InMemoryTransport],
	["SDK 2", v2server.McpServer, v2client.Client, v2server.InMemoryTransport],
] as const)(
	"[complete.late] %s: a server that is connected already is seen from then on, which is said once",
	async (_, McpServer, Client, Memory) => {
		const audit = fakeAudit();
		const warnings: string[] = [];
		const server = new McpServer(info);
		as<v1server.McpServer>(server).registerTool("hello", {}, () => ({ content: [] }));
		const client = new Client(info);
		const [near, far] = Memory.createLinkedPair();
		await Promise.all([server.connect(as(near)), client.connect(as(far))]);
		const onWarning = ({ code }: { readonly code: string }): void => void warnings.push(code);
		instrumentServer(server, { audit, onWarning });
		instrumentClient(as<v1client.Client>(client), { audit, onWarning });
		await client.callTool({ name: "hello" });
		await client.close();
		expect(audit.outcomes("tools/call", "server").map(({ outcome }) => outcome?.status)).toEqual([
			"success",
		]);
		expect(audit.outcomes("tools/call", "client")).toHaveLength(1);
		expect(warnings).toEqual(["connected_already", "connected_already"]);
	},
);

it("says what is wrong with what it is given", () => {
	const trail = instrumentation({ audit: false });
	for (const wrong of [{}, undefined, null, "x", { server: {} }])
		expect(() => trail.server(wrong)).toThrow(/no connect\(\). Pass an McpServer/);
	expect(() => instrumentation({ audit: false, maxOpenRequests: 0 })).toThrow(/maxOpenRequests/);
	expect(() => instrumentation({ audit: false, openRequestTtlMs: 1.5 })).toThrow(
		/openRequestTtlMs/,
	);
	expect(() => instrumentation({ audit: false, maxDigestBytes: -1 })).toThrow(/maxDigestBytes/);
});
