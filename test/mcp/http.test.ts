import { instrumentation, instrumentClient } from "@mcp-trail/mcp";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import {
	createMcpHandler,
	McpServer,
	WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { as, fakeAudit, tick, until } from "./support.ts";

const URL_HERE = new URL("http://localhost/mcp");

function build(server = new McpServer({ name: "desk", version: "1.0.0" }), entered: string[] = []) {
	server.registerTool(
		"create_ticket",
		{
			inputSchema: z.object({ title: z.string() }),
			annotations: { readOnlyHint: false, destructiveHint: true },
		},
		async ({ title }) => {
			entered.push(title);
			if (title === "hang") await new Promise(() => {});
			return { content: [{ type: "text", text: "done" }] };
		},
	);
	return server;
}

/** A modern or legacy client of a handler that makes a server for every request. */
async function perRequest(mode: "modern" | "legacy", authInfo?: object) {
	const audit = fakeAudit();
	const trail = instrumentation({ audit });
	const entered: string[] = [];
	const handler = trail.handler(
		createMcpHandler(() =>
			build(trail.server(new McpServer({ name: "desk", version: "1.0.0" })), entered),
		),
	);
	const client = instrumentClient(
		new Client(
			{ name: "probe", version: "2.0.0" },
			mode === "modern" ? { versionNegotiation: { mode: { pin: "2026-07-28" } } } : {},
		),
		{ audit },
	);
	const fetch = (url: string | URL, init?: RequestInit): Promise<Response> =>
		handler.fetch(new Request(url, init), as(authInfo === undefined ? {} : { authInfo }));
	await client.connect(new StreamableHTTPClientTransport(URL_HERE, { fetch }));
	return { audit, client, entered };
}

describe.each(["modern", "legacy"] as const)("%s era, a server for each request", (mode) => {
	it("[wire.trap_16] trap 16: what lists taught outlives the server that was listed", async () => {
		const { audit, client } = await perRequest(mode);
		await client.listTools();
		await client.callTool({ name: "create_ticket", arguments: { title: "t", other: 1 } });
		for (const role of ["client", "server"] as const) {
			const [list] = audit.outcomes("tools/list", role);
			expect(list?.definition?.list_size).toBe(1);
			const [call] = audit.outcomes("tools/call", role);
			expect(call?.target).toMatchObject({
				kind: "tool",
				name: "create_ticket",
				known: true,
				hints: { read_only: false, destructive: true },
				definition_digest: expect.stringMatching(/^sha256:/),
			});
			expect(call?.request?.shape).toEqual({
				type: "object",
				members: 2,
				depth: 1,
				keys: ["title"],
				undeclared_keys: 1,
			});
			expect(call?.mcp).toMatchObject({
				transport: "streamable_http",
				era: mode,
				protocol_version: mode === "modern" ? "2026-07-28" : "2025-11-25",
			});
		}
		const [server] = audit.outcomes("tools/call", "server");
		expect(server?.outcome).toEqual({ status: "success", executed: "yes" });
		expect(server?.actor?.principal).toEqual({
			type: "anonymous",
			assurance: "none",
			source: "none",
		});
		expect(server?.trace?.id).toBe(audit.outcomes("tools/call", "client")[0]?.trace?.id);
		expect(server?.actor?.client).toEqual(
			mode === "modern" ? { name: "probe", version: "2.0.0" } : undefined,
		);
	});

	it("[system.workload_identity] [system.dpop] [private.actor] [wire.field_principal] who asked comes from checked claims, the token only as a digest", async () => {
		const act = { sub: "desk-agent", iss: "https://idp.example", act: { sub: "spiffe://x/y" } };
		const { audit, client } = await perRequest(mode, {
			token: "TOKEN-CANARY",
			clientId: "https://desk.example/client.json",
			scopes: ["tickets:write"],
			expiresAt: 1_800_000_000,
			resource: new URL("https://mcp.example.com/mcp"),
			extra: {
				iss: "https://idp.example",
				sub: "00u1",
				tid: "acme",
				act,
				cnf: { jkt: "A".repeat(43) },
				access_token: "TOKEN-CANARY",
				azp: "TOKEN-CANARY",
			},
		});
		await client.callTool({ name: "create_ticket", arguments: { title: "t" } });
		const [event] = audit.outcomes("tools/call", "server");
		expect(event?.actor).toEqual({
			principal: {
				type: "user",
				id: "00u1",
				issuer: "https://idp.example",
				tenant: "acme",
				assurance: "verified",
				source: "access_token",
			},
			delegation: [
				{ type: "user", id: "desk-agent", issuer: "https://idp.example" },
				{ type: "workload", id: "spiffe://x/y" },
			],
			...(mode === "modern" && { client: { name: "probe", version: "2.0.0" } }),
			auth: {
				scheme: "dpop",
				binding: "dpop",
				key_thumbprint: "A".repeat(43),
				client_id: "https://desk.example/client.json",
				scopes: ["tickets:write"],
				audience: ["https://mcp.example.com/mcp"],
				token_digest: expect.stringMatching(/^hmac-sha256:k1:/),
				token_expires: "2027-01-15T08:00:00.000Z",
			},
		});
		expect(JSON.stringify(audit.events)).not.toContain("CANARY");
	});

	it("an unknown tool is known to be unknown", async () => {
		const { audit, client } = await perRequest(mode);
		await client.callTool({ name: "nosuch", arguments: {} }).catch(() => {});
		expect(audit.outcomes("tools/call", "server")[0]?.outcome).toMatchObject({
			status: "rejected",
			reason: "unknown_tool",
			executed: "no",
		});
	});
});

it("[system.sessions] [complete.connections] a session is a connection on both sides, a server for one request is none", async () => {
	for (const mode of ["modern", "legacy"] as const) {
		const { audit, client } = await perRequest(mode);
		await client.callTool({ name: "create_ticket", arguments: { title: "t" } });
		await client.close();
		const seen = audit.events.filter(({ type }) => type.startsWith("mcp.connection."));
		expect(seen.map(({ type, mcp }) => [type, mcp?.role])).toEqual([
			["mcp.connection.opened", "client"],
			["mcp.connection.closed", "client"],
		]);
	}
	const audit = fakeAudit();
	const transport = new WebStandardStreamableHTTPServerTransport({
		sessionIdGenerator: () => "SESSION-CANARY",
	});
	const server = build(
		instrumentation({ audit }).server(new McpServer({ name: "s", version: "1" })),
	);
	await server.connect(as(transport));
	const client = instrumentClient(new Client({ name: "probe", version: "2.0.0" }), { audit });
	const fetch = (url: string | URL, init?: RequestInit): Promise<Response> =>
		transport.handleRequest(new Request(url, init));
	const near = new StreamableHTTPClientTransport(URL_HERE, { fetch });
	await client.connect(near);
	await client.callTool({ name: "create_ticket", arguments: { title: "t" } });
	// Then it has forgotten the id.
	await near.terminateSession();
	await client.close();
	await server.close();
	const seen = audit.events.filter(({ type }) => type.startsWith("mcp.connection."));
	expect(seen.map(({ type, mcp }) => `${type} ${mcp?.role}`).toSorted()).toEqual([
		"mcp.connection.closed client",
		"mcp.connection.closed server",
		"mcp.connection.opened client",
		"mcp.connection.opened server",
	]);
	const digests = new Set(seen.map(({ mcp }) => mcp?.session_digest).filter(Boolean));
	expect(digests.size).toBe(1);
	const closed = seen.filter(({ type }) => type === "mcp.connection.closed");
	expect(closed.map(({ mcp }) => mcp?.session_digest)).toEqual([...digests, ...digests]);
	expect(JSON.stringify(audit.events)).not.toContain("CANARY");
});

it("[system.streamable_http] a modern caller cancels by closing the stream of its request", async () => {
	const { audit, client, entered } = await perRequest("modern");
	const stop = new AbortController();
	const calling = client
		.callTool({ name: "create_ticket", arguments: { title: "hang" } }, { signal: stop.signal })
		.catch(() => {});
	await until(() => entered.length === 1);
	stop.abort();
	await calling;
	await until(() => audit.outcomes("tools/call", "server").length === 1, "the server's event");
	expect(audit.outcomes("tools/call", "server")[0]?.outcome).toEqual({
		status: "cancelled",
		reason: "stream_closed",
		executed: "yes",
	});
	expect(audit.outcomes("tools/call", "client").map(({ outcome }) => outcome)).toEqual([
		{ status: "cancelled", reason: "cancelled_by_caller", executed: "unknown" },
	]);
});

it("a modern timeout is told from a cancellation", async () => {
	const { audit, client } = await perRequest("modern");
	await client
		.callTool({ name: "create_ticket", arguments: { title: "hang" } }, { timeout: 30 })
		.catch(() => {});
	await tick(10);
	expect(audit.outcomes("tools/call", "client").map(({ outcome }) => outcome)).toEqual([
		{ status: "timeout", reason: "request_timeout", executed: "unknown" },
	]);
});

it("[wire.field_session_hashed] a session is only ever a digest", async () => {
	const audit = fakeAudit();
	const trail = instrumentation({ audit });
	const transport = new WebStandardStreamableHTTPServerTransport({
		sessionIdGenerator: () => "SESSION-CANARY",
	});
	await trail.server(build()).connect(transport);
	const client = trail.client(new Client({ name: "probe", version: "2.0.0" }));
	await client.connect(
		new StreamableHTTPClientTransport(URL_HERE, {
			fetch: (url, init) => transport.handleRequest(new Request(url, init)),
		}),
	);
	await client.callTool({ name: "create_ticket", arguments: { title: "t" } });
	const digests = ["client", "server"].map(
		(role) => audit.outcomes("tools/call", as<"client">(role))[0]?.mcp?.session_digest,
	);
	expect(digests[0]).toMatch(/^hmac-sha256:k1:/);
	expect(digests[1]).toBe(digests[0]);
	expect(JSON.stringify(audit.events)).not.toContain("SESSION-CANARY");
	expect(audit.outcomes("tools/call", "server")[0]?.actor?.client).toEqual({
		name: "probe",
		version: "2.0.0",
	});
});
