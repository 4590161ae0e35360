import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { instrumentation } from "@mcp-trail/mcp";
import { httpEdge, watchProcessHttp } from "@mcp-trail/mcp/http";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { afterEach, describe, expect, it } from "vitest";
import { as, fakeAudit, type FakeAudit, until } from "./support.ts";

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

const ends: (() => unknown)[] = [];
afterEach(async () => {
	for (const end of ends.splice(0)) await end();
});

const HEADERS = {
	"content-type": "application/json",
	accept: "application/json, text/event-stream",
};

const initialize = JSON.stringify({
	jsonrpc: "2.0",
	id: 1,
	method: "initialize",
	params: {
		protocolVersion: "2025-11-25",
		capabilities: {},
		clientInfo: { name: "probe", version: "1" },
	},
});

/** A plain server in a process that is watched; `/mcp` is the listener's, with a token asked for before it. */
async function watched(listener: (audit: FakeAudit) => Listener) {
	const audit = fakeAudit();
	const asked: boolean[] = [];
	let isOpen = false;
	const unwatch = watchProcessHttp({
		audit(isNeeded) {
			asked.push(isNeeded);
			isOpen ||= isNeeded;
			return isOpen ? audit : undefined;
		},
	});
	const inside = listener(audit);
	const server: Server = createServer((request, response) => {
		if (request.url !== "/mcp") return response.writeHead(404).end("not here");
		if (request.headers.authorization === undefined)
			return response.writeHead(401, { "www-authenticate": 'Bearer realm="mcp"' }).end();
		return inside(request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	ends.push(unwatch, () => {
		server.closeAllConnections();
		return new Promise((resolve) => server.close(resolve));
	});
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return {
		audit,
		asked,
		unwatch,
		ask: async (path: string, init: RequestInit = {}) => {
			const response = await fetch(url + path, init);
			await response.text();
			return response;
		},
	};
}

const token = { ...HEADERS, authorization: "Bearer secret" };

const told = (audit: FakeAudit) =>
	audit.events
		.filter(({ type, phase }) => type === "mcp.message.refused" || phase === "outcome")
		.map(({ mcp, outcome, count }) =>
			[mcp?.method, outcome?.http_status, outcome?.status, outcome?.reason, count]
				.filter((word) => word !== undefined)
				.join(" "),
		);

const legacy = (audit: FakeAudit): Listener => {
	const server = new McpServerV1({ name: "desk", version: "1.0.0" });
	const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID });
	const ready = instrumentation({ audit }).server(server).connect(as(transport));
	return async (request, response) => {
		await ready;
		return transport.handleRequest(request, response);
	};
};

const modern = (audit: FakeAudit): Listener => {
	const trail = instrumentation({ audit });
	const handler = createMcpHandler(() =>
		trail.server(new McpServer({ name: "desk", version: "1.0.0" })),
	);
	return as(toNodeHandler(handler));
};

describe("watchProcessHttp", () => {
	it.each([
		["1.x", legacy],
		["2.x", modern],
	])(
		"[complete.zero_code_http] a %s server: each refusal is one event, and a served request no second",
		async (_, listener) => {
			const { audit, ask } = await watched(listener);
			await ask("/mcp", { method: "POST", headers: HEADERS, body: initialize });
			await ask("/mcp", { method: "POST", headers: token, body: initialize });
			await until(() => told(audit).length >= 2, "initialize");
			const before = told(audit);
			expect(before[0]).toBe("401 denied missing_token");
			expect(before.slice(1)).toHaveLength(1);
			expect(before[1]).toMatch(/^initialize .*success/);
			expect(audit.events.at(-1)?.network?.client_address).toMatch(/127\.0\.0\.1/);
			// Served now: what is no MCP by its own word is, on this path.
			await ask("/mcp", { method: "PUT", headers: { authorization: "Bearer secret" } });
			await until(() => told(audit).length >= 3, "PUT");
			expect(told(audit)[2]).toMatch(/^405 rejected http_method/);
		},
	);

	it("[complete.zero_code_http] [private.zero_code_http] ordinary web traffic leaves no event, and opens no audit", async () => {
		const { audit, ask, asked } = await watched(legacy);
		await ask("/favicon.ico");
		await ask("/api/orders", {
			method: "POST",
			headers: { "content-type": "application/json", accept: "application/json" },
			body: "{}",
		});
		await ask("/mcp");
		expect(asked).toEqual([false, false, false]);
		expect(told(audit)).toEqual([]);
		await ask("/elsewhere", { method: "POST", headers: HEADERS, body: initialize });
		await until(() => told(audit).length === 1, "refusal");
		expect(told(audit)[0]).toMatch(/^404 rejected/);
		await ask("/favicon.ico");
		expect(told(audit)).toHaveLength(1);
	});

	it("[bounded.zero_code_http] a flood of refusals shares an event", async () => {
		const { audit, ask, unwatch } = await watched(legacy);
		for (let time = 0; time < 30; time++)
			await ask("/mcp", { method: "POST", headers: HEADERS, body: initialize });
		unwatch();
		expect(told(audit)).toEqual(["401 denied missing_token", "401 denied missing_token 29"]);
	});

	it("[complete.zero_code_http] an edge of the application's own takes over", async () => {
		const { audit, ask } = await watched((into) => {
			const edge = httpEdge({ audit: into });
			return edge.listener((_request: IncomingMessage, response: ServerResponse) =>
				response.writeHead(403).end(),
			);
		});
		await ask("/mcp", { method: "POST", headers: token, body: initialize });
		await until(() => told(audit).length > 0, "refusal");
		expect(told(audit)).toHaveLength(1);
		expect(told(audit)[0]).toMatch(/^403 denied/);
	});
});
