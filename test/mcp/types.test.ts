import { instrumentation, instrumentClient, instrumentServer } from "@mcp-trail/mcp";
import * as v2client from "@modelcontextprotocol/client";
import * as v1client from "@modelcontextprotocol/sdk/client/index.js";
import * as v1low from "@modelcontextprotocol/sdk/server/index.js";
import * as v1server from "@modelcontextprotocol/sdk/server/mcp.js";
import * as v2server from "@modelcontextprotocol/server";
import { expect, expectTypeOf, it } from "vitest";

const info = { name: "x", version: "1" };

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
