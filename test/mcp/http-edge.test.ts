import { randomUUID } from "node:crypto";
import { once } from "node:events";
import {
	createServer,
	request as httpRequest,
	type IncomingMessage,
	type Server,
	type ServerResponse,
} from "node:http";
import {
	connect,
	createServer as createServerH2,
	type Http2ServerRequest,
	type Http2ServerResponse,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { instrumentation } from "@mcp-trail/mcp";
import { httpEdge, type HttpEdgeOptions } from "@mcp-trail/mcp/http";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { Hono } from "hono";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { as, fakeAudit, until, type FakeAudit } from "./support.ts";

type Handle = (request: Request) => unknown;
type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

const servers: Server[] = [];
afterEach(async () => {
	for (const server of servers.splice(0)) {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	}
});

async function listen(listener: Listener): Promise<string> {
	const server = createServer((request, response) => void listener(request, response));
	servers.push(server);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return `http://127.0.0.1:${as<AddressInfo>(server.address()).port}/mcp`;
}

const HEADERS = {
	"content-type": "application/json",
	accept: "application/json, text/event-stream",
};

const rpc = (method: string, params: object = {}, id: number | string = 1): string =>
	JSON.stringify({ jsonrpc: "2.0", id, method, params });

const initialize = rpc("initialize", {
	protocolVersion: "2025-11-25",
	capabilities: {},
	clientInfo: { name: "probe", version: "1" },
});

function settings(options: Partial<HttpEdgeOptions> = {}) {
	const audit = fakeAudit();
	const faults: unknown[] = [];
	const edge = httpEdge({ audit, onWarning: (warning) => faults.push(warning.cause), ...options });
	return { audit, edge, faults };
}

/** What became of an exchange, in the words that docs/http-edge.md uses. */
const told = (audit: FakeAudit) =>
	audit.events
		.filter(({ type, phase }) => type === "mcp.message.refused" || phase === "outcome")
		.map(({ type, outcome, count }) => [
			type,
			outcome?.http_status,
			outcome?.status,
			outcome?.layer,
			outcome?.reason,
			count ?? 1,
		]);

/** A 1.x server with sessions, behind plain node:http. */
async function legacy(options?: Partial<HttpEdgeOptions>, instrumented = true) {
	const made = settings(options);
	const trail = instrumentation({ audit: made.audit });
	const server = new McpServerV1({ name: "desk", version: "1.0.0" });
	server.registerTool("echo", {}, () => ({ content: [{ type: "text", text: "done" }] }));
	const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID });
	if (instrumented) trail.server(server);
	await server.connect(as(transport));
	const url = await listen(
		made.edge.listener((request: IncomingMessage, response: ServerResponse) =>
			transport.handleRequest(request, response),
		),
	);
	const post = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
		fetch(url, { method: "POST", body, headers: { ...HEADERS, ...headers } });
	const opened = await post(initialize);
	const session = opened.headers.get("mcp-session-id") ?? "";
	await opened.text();
	await until(() => !instrumented || told(made.audit).length === 1, "initialize");
	made.audit.events.length = 0;
	return { ...made, url, post, session };
}

describe("[system.streamable_http] [complete.http_edge] [wire.field_denied_at_http] a 1.x transport with sessions behind node:http", () => {
	const session = { session: true };
	const cases: readonly [string, object, string, unknown[]][] = [
		[
			"malformed JSON",
			session,
			"{",
			["mcp.message.refused", 400, "rejected", "transport", "malformed_json", 1],
		],
		[
			"not JSON-RPC",
			session,
			'{"a":1}',
			["mcp.message.refused", 400, "rejected", "transport", "malformed_json", 1],
		],
		[
			"wrong Content-Type",
			{ ...session, "content-type": "text/plain" },
			rpc("ping"),
			["mcp.message.refused", 415, "rejected", "transport", "unsupported_media_type", 1],
		],
		[
			"Accept lacks a media type",
			{ ...session, accept: "text/html" },
			rpc("ping"),
			["mcp.message.refused", 406, "rejected", "transport", "not_acceptable", 1],
		],
		[
			"unsupported version",
			{ ...session, "mcp-protocol-version": "1999-01-01" },
			rpc("ping"),
			["mcp.message.refused", 400, "rejected", "protocol", "unsupported_version", 1],
		],
		[
			"no session header",
			{},
			rpc("ping"),
			["mcp.message.refused", 400, "rejected", "transport", "session_missing", 1],
		],
		[
			"unknown session",
			{ "mcp-session-id": "SESSION-CANARY" },
			rpc("ping"),
			["mcp.message.refused", 404, "rejected", "transport", "session_unknown", 1],
		],
		[
			"body over 4 MiB",
			session,
			JSON.stringify("x".repeat(4_194_305)),
			["mcp.message.refused", 413, "rejected", "transport", "body_too_large", 1],
		],
	];
	it.each(cases)("%s", async (_what, headers, body, expected) => {
		const made = await legacy();
		const { session: hasSession, ...more } = as<Record<string, string>>(headers);
		const answer = await made.post(body, {
			...(hasSession && { "mcp-session-id": made.session }),
			...more,
		});
		await answer.text();
		await until(() => told(made.audit).length > 0, "an event");
		made.edge.flush();
		expect(told(made.audit)).toEqual([expected]);
		expect(made.faults).toEqual([]);
		expect(JSON.stringify(made.audit.events)).not.toContain("CANARY");
	});

	it("another HTTP method", async () => {
		const made = await legacy();
		expect((await fetch(made.url, { method: "PUT" })).status).toBe(405);
		await until(() => told(made.audit).length > 0, "an event");
		expect(told(made.audit)).toEqual([
			["mcp.message.refused", 405, "rejected", "transport", "http_method", 1],
		]);
		expect(made.audit.events[0]?.network?.http?.method).toBe("PUT");
	});

	it("what the transport records is not recorded again", async () => {
		const made = await legacy();
		const headers = { "mcp-session-id": made.session };
		await (await made.post(rpc("tools/call", { name: "echo" }), headers)).text();
		await (await made.post(rpc("nosuch/method"), headers)).text();
		await until(() => told(made.audit).length === 2, "two events");
		made.edge.flush();
		expect(made.audit.events.flatMap(({ mcp }) => mcp?.method ?? [])).toEqual([
			"tools/call",
			"nosuch/method",
		]);
	});
});

const refuse = (status: number, challenge: string): Response =>
	new Response('{"error":"no"}', {
		status,
		headers: { "www-authenticate": challenge, "content-type": "application/json" },
	});

/** A 2.x handler that serves both eras, behind a bearer check. */
function modern(options?: Partial<HttpEdgeOptions>) {
	const made = settings(options);
	const trail = instrumentation({ audit: made.audit });
	const handler = createMcpHandler(() => {
		const server = trail.server(new McpServer({ name: "desk", version: "1.0.0" }));
		server.registerTool("echo", { inputSchema: z.object({}) }, () => ({
			content: [{ type: "text", text: "done" }],
		}));
		return server;
	});
	const guard = (request: Request): Promise<Response> => {
		const token = request.headers.get("authorization");
		if (token === null)
			return Promise.resolve(refuse(401, 'Bearer resource_metadata="https://x/y"'));
		if (token === "Bearer BAD-CANARY")
			return Promise.resolve(refuse(401, 'Bearer error="invalid_token"'));
		if (token === "Bearer NARROW-CANARY")
			return Promise.resolve(
				refuse(403, 'Bearer error="insufficient_scope", scope="tickets:read tickets:write"'),
			);
		return handler.fetch(request);
	};
	const handle = made.edge.fetch(guard);
	const post = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
		handle(
			new Request("http://localhost/mcp?token=QUERY-CANARY", {
				method: "POST",
				body,
				headers: { ...HEADERS, authorization: "Bearer GOOD-CANARY", ...headers },
			}),
		);
	return { ...made, post, handle };
}

const ENVELOPE = {
	_meta: {
		"io.modelcontextprotocol/protocolVersion": "2026-07-28",
		"io.modelcontextprotocol/clientInfo": { name: "probe", version: "1" },
		"io.modelcontextprotocol/clientCapabilities": {},
	},
};
const call = rpc("tools/call", { name: "echo", arguments: {}, ...ENVELOPE });
const CALL = {
	"mcp-protocol-version": "2026-07-28",
	"mcp-method": "tools/call",
	"mcp-name": "echo",
};

describe("[complete.http_edge] [private.http_edge] a 2.x handler behind a web fetch", () => {
	const { authorization: _, ...anonymous } = { authorization: "" };
	const cases: readonly [string, Record<string, string>, string, unknown[]][] = [
		[
			"malformed JSON",
			CALL,
			"{",
			["mcp.message.refused", 400, "rejected", "transport", "malformed_json", 1],
		],
		[
			"not JSON-RPC",
			CALL,
			'{"a":1}',
			["mcp.message.refused", 400, "rejected", "transport", "not_json_rpc", 1],
		],
		[
			"empty batch",
			CALL,
			"[]",
			["mcp.message.refused", 400, "rejected", "transport", "not_json_rpc", 1],
		],
		[
			"wrong Content-Type",
			{ ...CALL, "content-type": "text/plain" },
			call,
			["mcp.message.refused", 415, "rejected", "transport", "unsupported_media_type", 1],
		],
		[
			"unsupported version",
			{ ...CALL, "mcp-protocol-version": "2999-01-01" },
			call.replaceAll("2026-07-28", "2999-01-01"),
			["mcp.request", 400, "rejected", "protocol", "unsupported_version", 1],
		],
		[
			"header and body disagree",
			{ ...CALL, "mcp-method": "tools/list" },
			call,
			["mcp.request", 400, "rejected", "protocol", "header_mismatch", 1],
		],
		[
			"required header missing",
			{ ...CALL, "mcp-name": "" },
			call,
			["mcp.request", 400, "rejected", "protocol", "header_mismatch", 1],
		],
		[
			"malformed envelope",
			CALL,
			call.replace('"io.modelcontextprotocol/clientCapabilities":{}', '"x":1'),
			["mcp.request", 400, "rejected", "protocol", "invalid_params", 1],
		],
		[
			"bad token",
			{ ...CALL, authorization: "Bearer BAD-CANARY" },
			call,
			["mcp.request", 401, "denied", "auth", "invalid_token", 1],
		],
		[
			"bad token, no readable method",
			{ ...anonymous, authorization: "Bearer BAD-CANARY" },
			call,
			["mcp.message.refused", 401, "denied", "auth", "invalid_token", 1],
		],
		[
			"token too narrow",
			{ ...CALL, authorization: "Bearer NARROW-CANARY" },
			call,
			["mcp.request", 403, "denied", "auth", "insufficient_scope", 1],
		],
	];
	it.each(cases)("%s", async (_what, headers, body, expected) => {
		const made = modern();
		await (await made.post(body, { cookie: "COOKIE-CANARY", ...headers })).text();
		await until(() => told(made.audit).length > 0, "an event");
		made.edge.flush();
		expect(told(made.audit)).toEqual([expected]);
		expect(made.faults).toEqual([]);
		expect(JSON.stringify(made.audit.events)).not.toContain("CANARY");
	});
});

it("[complete.http_edge] what a handler's own server records is not recorded again", async () => {
	const made = modern();
	await (await made.post(call, CALL)).text();
	const unknown = await made.post(rpc("nosuch/method", ENVELOPE), {
		...CALL,
		"mcp-method": "nosuch/method",
	});
	expect(unknown.status).toBe(404);
	await unknown.text();
	await until(() => told(made.audit).length === 2, "two events");
	made.edge.flush();
	expect(told(made.audit).map(([type, http, status]) => [type, http, status])).toEqual([
		["mcp.request", undefined, "success"],
		["mcp.request", undefined, "rejected"],
	]);
});

it("[complete.http_edge] a body read before the transport is asked loses no request to a second event", async () => {
	const { audit, edge } = settings();
	const trail = instrumentation({ audit });
	const server = trail.server(new McpServerV1({ name: "desk", version: "1.0.0" }));
	const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID });
	await server.connect(as(transport));
	const url = await listen(
		edge.listener((request: IncomingMessage, response: ServerResponse) => {
			let body = "";
			// An emitter's listener runs in the emitter's context, which is not the edge's.
			request.on("data", (chunk) => (body += String(chunk)));
			request.on("end", () => {
				void transport.handleRequest(request, response, JSON.parse(body));
			});
		}),
	);
	const refused = await fetch(url, { method: "POST", body: rpc("ping"), headers: HEADERS });
	expect(refused.status).toBe(400);
	await until(() => told(audit).length === 1);
	await (await fetch(url, { method: "POST", body: initialize, headers: HEADERS })).text();
	await until(() => told(audit).length === 2);
	edge.flush();
	expect(told(audit).map(([type, , status]) => [type, status])).toEqual([
		["mcp.message.refused", "rejected"],
		["mcp.request", "success"],
	]);
});

it("[complete.http_edge] a body that comes late and in pieces keeps its exchange", async () => {
	const { audit, edge } = settings();
	const trail = instrumentation({ audit });
	const handler = createMcpHandler(() =>
		trail.server(new McpServer({ name: "desk", version: "1.0.0" })),
	);
	const url = await listen(
		edge.listener((request: IncomingMessage, response: ServerResponse) => {
			let body = "";
			request.on("data", (chunk) => (body += String(chunk)));
			request.on("end", () => {
				const headers = as<Record<string, string>>(request.headers);
				void handler.fetch(new Request(url, { method: "POST", body, headers })).then((answer) => {
					response.writeHead(answer.status).end();
					return answer;
				});
			});
		}),
	);
	const body = rpc("nosuch/method", ENVELOPE);
	const status = await new Promise((resolve) => {
		const headers = { ...HEADERS, ...CALL, "mcp-method": "nosuch/method" };
		const sent = httpRequest(url, { method: "POST", headers, agent: false }, (answer) => {
			answer.resume().on("end", () => resolve(answer.statusCode));
		});
		sent.write(body.slice(0, 9));
		setTimeout(() => sent.end(body.slice(9)), 30);
	});
	expect(status).toBe(404);
	await until(() => told(audit).length > 0);
	await new Promise((resolve) => setTimeout(resolve, 30));
	expect(told(audit).map(([type]) => type)).toEqual(["mcp.request"]);
});

describe("[complete.http_challenge] a scope challenge", () => {
	it("[system.oauth] says what was asked and how often", async () => {
		const made = modern({ foldMs: 1_000_000 });
		const narrow = { ...CALL, authorization: "Bearer NARROW-CANARY" };
		for (let turn = 0; turn < 3; turn++) await (await made.post(call, narrow)).text();
		await until(() => made.audit.events.length === 1);
		made.edge.flush();
		const [first, rest] = made.audit.events;
		expect(first).toMatchObject({
			type: "mcp.request",
			phase: "outcome",
			severity: "medium",
			outcome: { reason: "insufficient_scope", executed: "no", remediation: "available" },
			actor: { principal: { type: "unknown" }, auth: { scheme: "bearer" } },
			target: { kind: "tool", name: "echo" },
			mcp: { method: "tools/call", protocol_version: "2026-07-28", era: "modern" },
			operation: { source: "local" },
			authorization: {
				error: "insufficient_scope",
				scopes_requested: ["tickets:read", "tickets:write"],
				attempt: 1,
			},
		});
		expect(rest).toMatchObject({ count: 2, authorization: { attempt: 2 } });
		expect(JSON.stringify(made.audit.events)).not.toContain("CANARY");
	});

	it("[system.fine_grained_authorization] says what the caller had, where a verifier inside found out", async () => {
		const { audit, edge } = settings();
		const url = await listen(
			edge.listener((request: IncomingMessage, response: ServerResponse) => {
				Object.assign(request, {
					auth: {
						token: "TOKEN-CANARY",
						clientId: "desk",
						scopes: ["tickets:read"],
						extra: { sub: "ann", iss: "https://idp.example" },
					},
					body: JSON.parse(rpc("tools/call", { name: "pay", arguments: { to: "ARG-CANARY" } }, 7)),
				});
				response.writeHead(403, {
					"WWW-Authenticate": 'Bearer error="insufficient_scope", scope="tickets:write"',
				});
				response.end();
			}),
		);
		await fetch(url, { method: "POST", headers: { authorization: "Bearer TOKEN-CANARY" } });
		await until(() => audit.events.length === 1);
		expect(audit.events[0]).toMatchObject({
			type: "mcp.request",
			actor: {
				principal: { id: "ann", issuer: "https://idp.example", assurance: "verified" },
				auth: { scheme: "bearer", client_id: "desk", scopes: ["tickets:read"] },
			},
			target: { kind: "tool", name: "pay" },
			mcp: { method: "tools/call", request_id: "7" },
			authorization: { scopes_requested: ["tickets:write"], scopes_granted: ["tickets:read"] },
		});
		expect(JSON.stringify(audit.events)).not.toContain("CANARY");
	});
});

const refuse401: Handle = () => new Response(null, { status: 401 });
const ask = (headers: Record<string, string>): Request =>
	new Request("http://localhost/mcp", { method: "POST", headers });

describe("[bounded.http_edge_flood] floods", () => {
	it("of one kind share an event that says how many", () => {
		const { audit, edge } = settings();
		const handle = edge.fetch(refuse401);
		for (let turn = 0; turn < 1000; turn++) handle(ask({}));
		expect(audit.events).toHaveLength(1);
		edge.flush();
		expect(audit.events.map(({ count = 1 }) => count)).toEqual([1, 999]);
		edge.flush();
		expect(audit.events).toHaveLength(2);
	});

	it("of very many kinds share events by outcome, and none is left out", () => {
		const { audit, edge, faults } = settings({
			maxKinds: 16,
			remoteAddress: (request) => request.headers.get("x-from") ?? "",
		});
		const handle = edge.fetch(refuse401);
		for (let turn = 0; turn < 1000; turn++)
			handle(
				new Request(`http://localhost/${turn}`, {
					method: "POST",
					headers: {
						"mcp-method": `m${turn}`,
						"x-from": `10.0.${turn % 250}.1`,
						"user-agent": "x".repeat(10_000),
						"mcp-name": "\u00ff".repeat(10_000),
						"x-request-id": "9".repeat(10_000),
						"mcp-session-id": "s".repeat(10_000),
					},
				}),
			);
		edge.flush();
		expect(faults).toEqual([]);
		expect(audit.events.length).toBeLessThan(20);
		expect(audit.events.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(1000);
		expect(Math.max(...audit.events.map((event) => JSON.stringify(event).length))).toBeLessThan(
			4000,
		);
		expect(audit.events.at(-1)).not.toHaveProperty("network");
	});
});

it("[bounded.http_edge_flood] of very many JSON-RPC codes share events by outcome", async () => {
	const { audit, edge, faults } = settings({ maxKinds: 16 });
	let code = 0;
	const url = await listen(
		edge.listener((_request: IncomingMessage, response: ServerResponse) => {
			response.writeHead(400, { "content-type": "application/json" });
			response.end(JSON.stringify({ error: { code: ++code } }));
		}),
	);
	for (let turn = 0; turn < 60; turn++) await (await fetch(url)).text();
	await until(() => {
		edge.flush();
		return audit.events.reduce((sum, { count = 1 }) => sum + count, 0) === 60;
	});
	expect(faults).toEqual([]);
	// The last answer may be noted after a flush: 16 kinds, and two or three of those that are shared.
	expect(audit.events.length).toBeLessThan(20);
	expect(audit.events.at(-1)?.outcome).not.toHaveProperty("rpc_code");
});

it("[bounded.http_edge_flood] a kind whose first event could not be made is tried again", () => {
	const { audit, edge, faults } = settings({ foldMs: 1_000_000 });
	const { digester } = audit;
	let calls = 0;
	const broken = httpEdge({
		audit: {
			...audit,
			digester: {
				...digester,
				digest(kind, value) {
					if (kind === "session" && ++calls === 1) throw new Error("once");
					return digester.digest(kind, value);
				},
			},
		},
		onWarning: (warning) => faults.push(warning.cause),
	});
	const handle = broken.fetch(refuse401);
	for (let turn = 0; turn < 2; turn++) handle(ask({ "mcp-session-id": "s" }));
	expect(faults).toHaveLength(1);
	expect(audit.events).toHaveLength(1);
	edge.flush();
});

const oddly: Listener = (request, response) => {
	if (request.method === "HEAD") {
		response.writeHead(405, { allow: "POST" }).end();
		return;
	}
	if (request.url === "/cut") {
		response.writeHead(413, "Too Much", ["content-type", "text/plain"]);
		response.write("partly");
		setTimeout(() => response.destroy(), 20);
		return;
	}
	response.setHeader("x-own", "1");
	response.statusCode = 400;
	response.write("a\u00e4", "latin1");
	setTimeout(() => response.end(Buffer.from([0, 255])), 5);
};
const answersOf = async (url: string): Promise<unknown[]> => {
	const seen: unknown[] = [];
	for (const [path, method] of [
		["/", "GET"],
		["/", "HEAD"],
		["/cut", "POST"],
	] as const)
		await new Promise<void>((resolve) => {
			const sent = httpRequest(new URL(path, url), { method, agent: false }, (answer) => {
				const { date: _date, ...headers } = answer.headers;
				seen.push(answer.statusCode, answer.statusMessage, headers);
				answer.on("data", (chunk: Buffer) => seen.push(chunk.toString("hex")));
				answer.on("error", (error: NodeJS.ErrnoException) => seen.push(error.code));
				answer.on("close", resolve);
			});
			sent.end();
		});
	return seen;
};

/** What nobody handles of what `work` leaves behind. */
async function unhandledIn(work: () => void): Promise<unknown[]> {
	const unhandled: unknown[] = [];
	const listeners = process.listeners("unhandledRejection");
	process.removeAllListeners("unhandledRejection");
	process.on("unhandledRejection", (reason) => unhandled.push(String(reason)));
	try {
		work();
		await new Promise((resolve) => setTimeout(resolve, 20));
		return unhandled;
	} finally {
		process.removeAllListeners("unhandledRejection");
		for (const listener of listeners) process.on("unhandledRejection", listener);
	}
}

describe("[transparent.http_edge] the answer", () => {
	it("of a web handler is the very object, its bytes unread", async () => {
		const { edge } = settings();
		const answers = [
			new Response("data: 1\n\n", { headers: { "content-type": "text/event-stream" } }),
			Response.json({ jsonrpc: "2.0", id: null, error: { code: -32000 } }, { status: 400 }),
			new Response(null, { status: 404 }),
		];
		const bodies = ["data: 1\n\n", '{"jsonrpc":"2.0","id":null,"error":{"code":-32000}}', ""];
		for (const [index, answer] of answers.entries()) {
			const given = edge.fetch<Handle>(() => answer)(new Request("http://localhost/mcp"));
			expect(given).toBe(answer);
			expect(await answer.text()).toBe(bodies[index]);
		}
		await expect(
			edge.fetch<Handle>(() => Promise.reject(new Error("host")))(new Request("http://localhost/")),
		).rejects.toThrow("host");
	});

	it("of a web handler that fails, and that nobody awaits, is an unhandled rejection, as bare", async () => {
		const { audit, edge } = settings();
		const unhandled = await unhandledIn(() => {
			void edge.fetch<Handle>(() => Promise.reject(new Error("host")))(ask({}));
		});
		expect(unhandled).toEqual(["Error: host"]);
		expect(audit.events).toHaveLength(1);
	});

	it("of a web handler whose body is a stream of Node is passed on, and ends no process", async () => {
		const { audit, edge } = settings();
		// As node-fetch makes them.
		const answer = {
			status: 400,
			headers: new Headers({ "content-type": "application/json" }),
			body: Readable.from(["{}"]),
			bodyUsed: false,
			clone: () => answer,
		};
		const unhandled = await unhandledIn(() => {
			expect(edge.fetch<Handle>(() => answer)(ask({}))).toBe(answer);
		});
		expect(unhandled).toEqual([]);
		expect(told(audit).map(([, status]) => status)).toEqual([400]);
	});

	it("is read from a copy, whatever the host does with its buffer", async () => {
		const { audit, edge } = settings();
		const url = await listen(
			edge.listener((_request: IncomingMessage, response: ServerResponse) => {
				response.writeHead(400, { "content-type": "application/json" });
				const buffer = Buffer.from('{"error":{"code":-32601}}');
				response.write(buffer, () => {
					buffer.fill(" ");
					response.end();
				});
			}),
		);
		await (await fetch(url)).text();
		await until(() => audit.events.length === 1);
		expect(audit.events[0]?.outcome?.rpc_code).toBe(-32601);
	});

	it("of node:http has the same bytes, streamed, HEAD and cut off", async () => {
		const { audit, edge } = settings();
		const bare = await answersOf(await listen(oddly));
		expect(await answersOf(await listen(edge.listener(oddly)))).toEqual(bare);
		await until(() => audit.events.length === 3);
		expect(audit.events.map(({ outcome }) => [outcome?.http_status, outcome?.delivered])).toEqual([
			[400, undefined],
			[405, undefined],
			[413, false],
		]);
	});
});

it("[system.load_balancers] [safe.trusted_hops] the client's address is taken from configured hops only", async () => {
	const options: Partial<HttpEdgeOptions>[] = [{}, { trustedProxies: ["127.0.0.0/8"] }];
	const seen: unknown[] = [];
	for (const option of options) {
		const { audit, edge } = settings(option);
		const url = await listen(
			edge.listener((_request: IncomingMessage, response: ServerResponse) => {
				response.writeHead(401).end();
			}),
		);
		await fetch(url, {
			headers: {
				"x-forwarded-for": "198.51.100.9, 203.0.113.7",
				forwarded: "for=198.51.100.1",
				"x-request-id": "b7e1",
			},
		});
		await until(() => audit.events.length === 1);
		seen.push(audit.events[0]?.network);
	}
	expect(seen).toEqual([
		{
			client_address: "127.0.0.1",
			client_port: expect.any(Number),
			http: { method: "GET", version: "1.1", user_agent: "node", request_id: "b7e1" },
		},
		{
			client_address: "203.0.113.7",
			forwarded: true,
			http: { method: "GET", version: "1.1", user_agent: "node", request_id: "b7e1" },
		},
	]);
});

it("[complete.http_edge] an edge within an edge, and one without audit, record nothing of their own", async () => {
	const { audit, edge } = settings();
	const inner = httpEdge({ audit });
	const off = httpEdge({ audit: false });
	const handle = off.fetch(
		edge.fetch(inner.fetch<Handle>(() => new Response(null, { status: 401 }))),
	);
	handle(new Request("http://localhost/mcp"));
	expect(audit.events).toHaveLength(1);
});

it("[complete.http_edge] an edge within an edge counts once though the asynchronous context is lost between them", async () => {
	const { audit, edge } = settings();
	const inner = httpEdge({ audit });
	// A queue that was begun before: what it runs, it runs in its own context.
	const queue: (() => void)[] = [];
	const worker = setInterval(() => queue.shift()?.(), 1);
	const innermost = inner.listener((_request: IncomingMessage, response: ServerResponse) =>
		response.writeHead(401).end(),
	);
	const url = await listen(
		edge.listener((request: IncomingMessage, response: ServerResponse) => {
			queue.push(() => innermost(request, response));
		}),
	);
	for (let round = 1; round <= 2; round++) {
		expect((await fetch(url)).status).toBe(401);
		await until(() => audit.events.length === 1, "one event");
	}
	edge.flush();
	inner.flush();
	clearInterval(worker);
	const counted = audit.events.map(({ count = 1 }) => count);
	expect(counted.reduce((sum, one) => sum + one, 0)).toBe(2);
});

it("[complete.http_edge] a request object that is handled again is another exchange", () => {
	const { audit, edge } = settings();
	const handle = edge.fetch<Handle>(() => new Response(null, { status: 401 }));
	const request = new Request("http://localhost/mcp");
	handle(request);
	handle(request);
	edge.flush();
	expect(audit.events).toHaveLength(2);
});

it("[honest.client_address] a transport finds its exchange again though the asynchronous context is lost", async () => {
	const { audit, edge } = settings({ trustedProxies: 1 });
	const server = instrumentation({ audit }).server(
		new McpServerV1({ name: "desk", version: "1.0.0" }),
	);
	const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID });
	await server.connect(as(transport));
	const queue: (() => void)[] = [];
	const worker = setInterval(() => queue.shift()?.(), 1);
	const url = await listen(
		edge.listener((request: IncomingMessage, response: ServerResponse) => {
			queue.push(() => void transport.handleRequest(request, response));
		}),
	);
	const headers = { ...HEADERS, "x-forwarded-for": "203.0.113.7" };
	await (await fetch(url, { method: "POST", body: initialize, headers })).text();
	await until(() => told(audit).length === 1);
	clearInterval(worker);
	expect(audit.events.find(({ type }) => type === "mcp.request")?.network).toMatchObject({
		client_address: "203.0.113.7",
		forwarded: true,
	});
});

it("[honest.identity_hook] asks the application who was refused, too", async () => {
	const { audit, edge, faults } = settings({ remoteAddress: () => "203.0.113.7" });
	const asked: unknown[] = [];
	instrumentation({
		audit,
		identify: ({ extra, ...request }) => {
			asked.push(request);
			const { headers } = as<{ request: Request }>(extra).request;
			return { id: headers.get("x-user") ?? "nobody" };
		},
	});
	const handle = edge.fetch<Handle>(() => new Response(null, { status: 403 }));
	const headers = { ...CALL, "x-user": "u-17", authorization: "Bearer TOKEN-CANARY" };
	await handle(new Request("http://localhost/mcp", { method: "POST", headers }));
	expect(audit.events[0]?.actor?.principal).toEqual({
		type: "user",
		id: "u-17",
		assurance: "asserted",
		source: "application",
	});
	expect(asked).toEqual([
		{
			role: "server",
			transport: "streamable_http",
			method: "tools/call",
			clientAddress: "203.0.113.7",
		},
	]);
	expect(faults).toEqual([]);
	expect(JSON.stringify(audit.events)).not.toContain("CANARY");
});

it("[transparent.listen_answer] a stream of bytes stays one: its reader may bring its own buffer", async () => {
	const { audit, edge } = settings();
	const encoder = new TextEncoder();
	const parts = ["data: 1\n\n", "data: 22\n\n"];
	let read = 0;
	const body = new ReadableStream({
		type: "bytes",
		pull(controller) {
			const part = parts[read++];
			if (part !== undefined) return controller.enqueue(encoder.encode(part));
			controller.close();
			controller.byobRequest?.respond(0);
		},
	});
	const headers = { "content-type": "text/event-stream" };
	const handle = edge.fetch<Handle>(() => new Response(body, { headers }));
	const request = new Request("http://localhost/mcp", {
		method: "POST",
		headers: { "mcp-method": "subscriptions/listen" },
	});
	const answer = as<Response>(await handle(request));
	const reader = as<ReadableStream>(answer.body).getReader({ mode: "byob" });
	let text = "";
	for (let buffer = new ArrayBuffer(6); ;) {
		const { done, value } = await reader.read(new Uint8Array(buffer));
		text += Buffer.from(value ?? []).toString();
		if (done) break;
		buffer = value.buffer;
	}
	expect(text).toBe(parts.join(""));
	await until(() => audit.outcomes("subscriptions/listen").length === 1, "the end");
});

it("[transparent.http_edge] an answer that its host cancels is cancelled at its source", async () => {
	vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
	try {
		const { audit, edge } = settings();
		const cancelled: unknown[] = [];
		const body = new ReadableStream({ cancel: (reason) => void cancelled.push(reason) });
		const headers = { "content-type": "application/json" };
		const handle = edge.fetch<Handle>(() => new Response(body, { status: 401, headers }));
		const answer = as<Response>(await handle(new Request("http://localhost/mcp")));
		// No timer goes off: nothing is waited for.
		await answer.body?.cancel("gone");
		expect(cancelled).toHaveLength(1);
		expect(audit.events).toHaveLength(1);
	} finally {
		vi.useRealTimers();
	}
});

it("other paths are left alone", async () => {
	const { audit, edge } = settings({ paths: ["/mcp", "/tenants/*"] });
	const handle = edge.fetch<Handle>(() => new Response(null, { status: 404 }));
	for (const path of ["/", "/favicon.ico", "/mcpx", "/tenantsx", "/mcp?x", "/tenants/a/mcp"])
		handle(new Request(`http://localhost${path}`));
	edge.flush();
	expect(audit.events.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(2);
});

it("[complete.http_edge] the body of an answer over HTTP/2 is read once", async () => {
	const { audit, edge } = settings();
	const server = createServerH2(
		edge.listener((_request: Http2ServerRequest, response: Http2ServerResponse) => {
			response.writeHead(400, { "content-type": "application/json" });
			response.end('{"error":{"code":-32601}}');
		}),
	);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const session = connect(`http://127.0.0.1:${as<AddressInfo>(server.address()).port}`);
	let body = "";
	const stream = session.request({ ":path": "/mcp", ":method": "POST" });
	stream.on("data", (chunk) => (body += String(chunk)));
	stream.end();
	await once(stream, "end");
	await until(() => audit.events.length === 1);
	session.close();
	await new Promise((resolve) => server.close(resolve));
	expect(body).toBe('{"error":{"code":-32601}}');
	expect(audit.events[0]?.outcome?.rpc_code).toBe(-32601);
});

it("[complete.http_edge] a path is MCP's however a router lets it be written", async () => {
	const { audit, edge } = settings({ paths: ["/mcp", "/Tenants/*"], foldMs: 1_000_000 });
	const handle = edge.listener((_request: IncomingMessage, response: ServerResponse) => {
		response.writeHead(404).end();
	});
	const url = await listen(handle);
	const paths = [
		["/MCP", "/mcp/", "/mcp/?x", "http://elsewhere/mcp", "HTTP://h:1/Mcp/?x#y", "/tenants/A"],
		["/", "http://elsewhere", "http://mcp/x", "/mcpx", "/tenantsx/", "/x/mcp"],
	] as const;
	const counted = (): number => {
		edge.flush();
		return audit.events.reduce((sum, { count = 1 }) => sum + count, 0);
	};
	for (const some of paths) {
		for (const path of some)
			await new Promise<void>((resolve) => {
				const sent = httpRequest(new URL(url), { path, agent: false }, (answer) => {
					answer.resume().on("close", resolve);
				});
				sent.end();
			});
		await until(() => counted() >= 6);
	}
	await new Promise((resolve) => setTimeout(resolve, 20));
	expect(counted()).toBe(6);
});

it("[complete.http_edge] who is told before anything was verified is not recorded as verified", async () => {
	const { audit, edge } = settings();
	const url = await listen(
		edge.listener((request: IncomingMessage, response: ServerResponse) => {
			// As express-basic-auth leaves it before it checks the password.
			Object.assign(request, {
				auth: { user: "ann", password: "PASS-CANARY", clientId: "ann", extra: { sub: "ann" } },
			});
			response.writeHead(401).end();
		}),
	);
	await fetch(url, { headers: { authorization: "Basic YW5uOg==" } });
	await until(() => audit.events.length === 1);
	expect(audit.events[0]?.actor?.principal).toMatchObject({ type: "unknown", assurance: "none" });
	expect(JSON.stringify(audit.events)).not.toContain("CANARY");
});

const throwing = (): never => {
	throw new Error("getter");
};

it("[transparent.http_edge] what throws while it is read is the host's to never see", async () => {
	const { edge, faults } = settings({ remoteAddress: throwing });
	const env = Object.defineProperty({}, "incoming", { get: throwing });
	const context = { req: { raw: ask({}) }, res: new Response(null, { status: 401 }), env };
	let served = 0;
	await edge.hono(context, () => Promise.resolve(void served++));
	const bare = settings();
	await bare.edge.hono(context, () => Promise.resolve(void served++));
	expect(bare.audit.events).toHaveLength(1);
	const request = as<Request>(Object.defineProperty({}, "headers", { get: throwing }));
	expect(edge.fetch<Handle>(() => 7)(request)).toBe(7);
	edge.connect(Object.defineProperty({}, "socket", { get: throwing }), {}, () => served++);
	expect(served).toBe(3);
	// The same trouble is reported once.
	expect([faults.length, bare.faults.length]).toEqual([1, 1]);
});

it("[complete.http_edge] a status that is none of HTTP's is left out of an event that is valid", async () => {
	const { audit, edge, faults } = settings();
	const url = await listen(
		edge.listener((_request: IncomingMessage, response: ServerResponse) => {
			response.writeHead(799).end();
		}),
	);
	await fetch(url);
	await until(() => audit.events.length === 1);
	expect(audit.events[0]?.outcome).not.toHaveProperty("http_status");
	expect(audit.events[0]?.outcome).toMatchObject({ status: "failure", reason: "internal_error" });
	expect(faults).toEqual([]);
});

describe("[complete.http_edge] middleware", () => {
	it("of Express and Connect", async () => {
		const { audit, edge } = settings();
		const url = await listen((request, response) =>
			edge.connect(request, response, () => response.writeHead(401).end()),
		);
		await fetch(url);
		await until(() => audit.events.length === 1);
		expect(told(audit)).toEqual([
			["mcp.message.refused", 401, "denied", "auth", "missing_token", 1],
		]);
	});

	it("of Hono", async () => {
		const { audit, edge } = settings({ remoteAddress: () => "192.0.2.1" });
		const app = new Hono();
		app.use(edge.hono);
		app.use("/mcp", () => Promise.resolve(new Response("no", { status: 403 })));
		const answer = await app.request("/mcp", { method: "POST" });
		expect([answer.status, await answer.text()]).toEqual([403, "no"]);
		await app.request("/elsewhere");
		expect(told(audit).map(([, status]) => status)).toEqual([403, 404]);
		expect(audit.events[0]?.network?.client_address).toBe("192.0.2.1");
	});

	it("of Fastify", async () => {
		const { audit, edge } = settings();
		const url = await listen((raw, reply) =>
			edge.fastify({ raw }, { raw: reply }, () => reply.writeHead(415).end()),
		);
		await fetch(url);
		await until(() => audit.events.length === 1);
		expect(told(audit)[0]?.slice(1, 5)).toEqual([
			415,
			"rejected",
			"transport",
			"unsupported_media_type",
		]);
	});
});

it("[bounded.http_edge_flood] what is still counted is written when the audit closes", () => {
	const closing = new AbortController();
	const audit = { ...fakeAudit(), closing: closing.signal };
	const handle = httpEdge({ audit }).fetch(refuse401);
	for (let turn = 0; turn < 5; turn++) handle(ask({}));
	closing.abort();
	expect(audit.events.map(({ count = 1 }) => count)).toEqual([1, 4]);
});

it("[private.http_edge] the query of a URI that stands where a name may stand is not kept", async () => {
	const uri = "https://ann:PASS-CANARY@h.example/x?token=QUERY-CANARY";
	const asks: readonly [string, object][] = [
		["completion/complete", { ref: { type: "ref/resource", uri } }],
		["skills/get", { uri }],
		["resources/read", { uri }],
	];
	for (const [method, params] of asks) {
		const { audit, edge, faults } = settings();
		const url = await listen(
			edge.listener((request: IncomingMessage, response: ServerResponse) => {
				if (request.method === "POST")
					Object.assign(request, { body: JSON.parse(rpc(method, params)) });
				response.writeHead(403).end();
			}),
		);
		await fetch(url, { method: "POST", headers: { "mcp-method": method, "mcp-name": uri } });
		await fetch(url, { method: "PUT", headers: { "mcp-method": method, "mcp-name": uri } });
		await until(() => audit.events.length === 2);
		expect(JSON.stringify(audit.events)).not.toContain("CANARY");
		expect(audit.events.map(({ target }) => target)).toMatchObject([
			{ uri: "https://h.example/x", uri_digest: expect.stringMatching(/^hmac-sha256:/) },
			{ uri: "https://h.example/x", uri_digest: expect.stringMatching(/^hmac-sha256:/) },
		]);
		expect(faults).toEqual([]);
	}
});

const streamed = (text: string, headers: Record<string, string> = {}): Response => {
	const response = new Response(text, {
		headers: { "content-type": "text/event-stream", ...headers },
	});
	Object.defineProperty(response, "url", { value: "https://inner.example/mcp" });
	Object.defineProperty(response, "redirected", { value: true });
	response.headers.append("set-cookie", "a=1");
	response.headers.append("set-cookie", "b=2");
	return response;
};
const listened = (edge: ReturnType<typeof settings>["edge"], answer: Response): Promise<Response> =>
	edge.fetch(async (_request: Request, _extras: object) => answer)(
		new Request("http://127.0.0.1/mcp", { method: "POST", headers: HEADERS }),
		{ parsedBody: JSON.parse(rpc("subscriptions/listen", {}, "s-1")) },
	);
const sent = (message: object): string =>
	`data: ${JSON.stringify({ jsonrpc: "2.0", ...message })}\n\n`;

describe("[transparent.listen_answer] the answer to a listen request", () => {
	it("is as it was, to its headers and where it came from", async () => {
		const { audit, edge } = settings();
		const text = sent({ id: "s-1", result: {} });
		const answer = await listened(edge, streamed(text));
		expect([answer.url, answer.redirected, answer.type]).toEqual([
			"https://inner.example/mcp",
			true,
			"default",
		]);
		expect(answer.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
		expect(await answer.text()).toBe(text);
		expect(told(audit)).toHaveLength(1);
		expect(audit.events[0]?.outcome?.status).toBe("success");
	});

	it("[complete.http_edge] is a refusal where a capability lacks, and nothing ran for it", async () => {
		for (const status of [400, 200]) {
			const { audit, edge } = settings();
			const error = { code: -32021, message: "missing capability" };
			const answer = Response.json({ jsonrpc: "2.0", id: "s-1", error }, { status });
			await (await listened(edge, answer)).text();
			await until(() => audit.outcomes("subscriptions/listen").length === 1, "the refusal");
			expect(audit.outcomes("subscriptions/listen")[0]?.outcome).toEqual({
				status: "rejected",
				layer: "protocol",
				reason: "missing_capability",
				executed: "no",
				rpc_code: -32021,
				http_status: status,
			});
		}
	});

	it("[bounded.listen_stream] counts what is too long to be read, and says nothing of what it cannot read", async () => {
		const { audit, edge } = settings();
		const granted = sent({
			method: "notifications/subscriptions/acknowledged",
			params: { notifications: { toolsListChanged: true } },
		});
		const long = sent({ method: "notifications/tasks", params: { x: "y".repeat(70_000) } });
		await (await listened(edge, streamed(granted + long + sent({ id: "s-1", result: {} })))).text();
		expect(audit.outcomes("subscriptions/listen")[0]).toMatchObject({
			outcome: { status: "success" },
			subscription: { delivered: 1 },
		});
		await (await listened(edge, streamed("packed", { "content-encoding": "gzip" }))).arrayBuffer();
		const json = new Response(`"${"x".repeat(9000)}"`, {
			headers: { "content-type": "application/json" },
		});
		await (await listened(edge, json)).text();
		expect(
			audit
				.outcomes("subscriptions/listen")
				.slice(1)
				.map(({ outcome }) => [outcome?.status, outcome?.executed]),
		).toEqual([
			["unknown", "unknown"],
			["unknown", "unknown"],
		]);
	});
});
