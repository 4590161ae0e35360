import type { Server } from "node:http";
import { userInfo } from "node:os";
import { instrumentation, operatingSystemUser, type Identify } from "@mcp-trail/mcp";
import { defaultPolicy } from "@mcp-trail/audit";
import { StdioClientTransport as StdioV2 } from "@modelcontextprotocol/client/stdio";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterEach, describe, expect, it } from "vitest";
import { echoing, overHttp, reaching, type Listener } from "./http-pair.ts";
import { as, fakeAudit, generations, modern, type Generation } from "./support.ts";

const open: Server[] = [];
const close: (() => Promise<void>)[] = [];
afterEach(async () => {
	for (const one of close.splice(0)) await one();
	for (const server of open.splice(0)) {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	}
});

/** A pair in memory whose server asks the application who asks. */
async function inMemory(
	{ McpServer: _server, Client, pair, callTool, ...generation }: Generation,
	identify: Identify | undefined,
	more: { readonly principals?: "digest"; readonly meta?: object } = {},
) {
	const audit = fakeAudit();
	const policy = { ...audit.policy, ...(more.principals && { principals: more.principals }) };
	const warnings: string[] = [];
	const server = instrumentation({
		audit: { ...audit, policy },
		...(identify && { identify }),
		onWarning: ({ code }) => warnings.push(code),
	}).server(echoing(as({ ...generation, McpServer: _server })));
	const [near, far] = pair();
	await as<{ connect(transport: object): Promise<void> }>(server).connect(far);
	const client = new Client({ name: "root", version: "1.0.0" });
	await client.connect(as(near));
	close.push(() => client.close());
	const answer = await callTool(client, {
		name: "echo",
		arguments: { text: "hi" },
		...(more.meta && { _meta: more.meta }),
	});
	expect(answer).toMatchObject({ content: [{ text: "hi" }] });
	const [event] = audit.outcomes("tools/call");
	return { actor: event?.actor, warnings, audit };
}

/** A pair over HTTP that ends with its test. */
async function joined(
	generation: Generation,
	options: Omit<Parameters<typeof overHttp>[1], "open">,
) {
	const pair = await overHttp(generation, { open, ...options });
	close.push(pair.close);
	return pair;
}

/** What a verifier in front of the transport puts on a request of `node:http`. */
const verifiedAs =
	(auth: object) =>
	(inside: Listener): Listener =>
	(request, response) =>
		inside(Object.assign(request, { auth }), response);

/** The server serves one session, which it has: that it was reached is told all the same. */
const taken = (): void => undefined;

describe.each(generations)("$name", (generation) => {
	it("[honest.identity_hook] keeps the word of the application as its word", async () => {
		const asked: unknown[] = [];
		const { actor } = await inMemory(generation, ({ extra: _extra, ...request }) => {
			asked.push(request);
			return { id: "u-17", issuer: "https://desk.example", tenant: "acme" };
		});
		expect(actor?.principal).toEqual({
			type: "user",
			id: "u-17",
			issuer: "https://desk.example",
			tenant: "acme",
			assurance: "asserted",
			source: "application",
		});
		expect(asked).toContainEqual({
			role: "server",
			transport: "in_memory",
			method: "tools/call",
			clientAddress: undefined,
		});
	});

	it("[honest.identity_hook] says verified where the application says that it checked", async () => {
		const { actor } = await inMemory(generation, () => ({
			type: "service",
			id: "CN=desk",
			verified: true,
			source: "client_certificate",
			delegation: [{ type: "user", id: "u-17" }, { id: "x" }],
		}));
		expect(actor?.principal).toEqual({
			type: "service",
			id: "CN=desk",
			assurance: "verified",
			source: "client_certificate",
		});
		expect(actor?.delegation).toEqual([
			{ type: "user", id: "u-17" },
			{ type: "user", id: "x" },
		]);
	});

	it("[honest.identity_hook] survives whatever identify() does, and reports it", async () => {
		const thrown = await inMemory(generation, () => {
			throw new Error("no session");
		});
		expect(thrown.warnings).toEqual(["identify_failed"]);
		expect(thrown.actor?.principal).toEqual({
			type: "unknown",
			assurance: "none",
			source: "none",
		});
		const late = await inMemory(
			generation,
			as(() => Promise.reject(new Error("late"))),
		);
		expect(late.warnings).toEqual(["identify_is_async"]);
		expect(late.actor?.principal.source).toBe("none");
		const trap = {
			get id(): string {
				throw new Error("trap");
			},
		};
		expect((await inMemory(generation, () => trap)).warnings).toEqual(["identify_failed"]);
	});

	it("[bounded.identity] cuts and cleans what the application says", async () => {
		const { actor } = await inMemory(
			generation,
			as(() => ({
				type: "root",
				id: `a\u202eb${"x".repeat(100_000)}`,
				issuer: 7,
				tenant: { toString: () => "acme" },
				source: "none",
				verified: "yes",
				delegation: Array.from({ length: 50 }, (_, index) => ({ id: index })),
			})),
		);
		expect(actor?.principal).toMatchObject({
			type: "user",
			issuer: "7",
			assurance: "asserted",
			source: "application",
		});
		expect(actor?.principal).not.toHaveProperty("tenant");
		expect(actor?.principal.id).toMatch(/^a\\u\{202e\}bx+$/);
		expect(actor?.principal.id).toHaveLength(256);
		expect(actor?.delegation).toHaveLength(10);
	});

	it("[system.hosts] [safe.self_reported] promotes nothing that a peer says of itself", async () => {
		const canary = "self-made-admin";
		const { actor } = await inMemory(generation, undefined, {
			meta: {
				baggage: `user.id=${canary},enduser.id=${canary}`,
				"com.example/user": canary,
				sub: canary,
				"io.modelcontextprotocol/clientInfo": { name: canary, version: "1" },
			},
		});
		const who = { principal: actor?.principal, delegation: actor?.delegation, auth: actor?.auth };
		expect(who).toEqual({
			principal: { type: "unknown", assurance: "none", source: "none" },
			delegation: undefined,
			auth: undefined,
		});
		// A name stays a name: what it is called is said beside who it is, never as it.
		expect(actor?.client?.name).toMatch(/^(root|self-made-admin)$/);
	});

	it("[safe.self_reported] takes no identity from headers, whatever they are called", async () => {
		const canary = "header-admin";
		const headers = {
			"x-user": canary,
			"x-forwarded-user": canary,
			"remote-user": canary,
			baggage: `user.id=${canary}`,
		};
		const { call, far } = await joined(generation, {
			transport: { requestInit: { headers } },
		});
		await call();
		const [event] = far.outcomes("tools/call");
		expect(event?.actor?.principal).toEqual({
			type: "anonymous",
			assurance: "none",
			source: "none",
		});
		expect(JSON.stringify(far.events)).not.toContain(canary);
	});

	it("[honest.anonymous] calls nobody anonymous who may have said who they are", async () => {
		const kinds: (readonly [object, string | undefined, string])[] = [
			[{}, "none", "anonymous"],
			[{ "x-api-key": "KEY-CANARY" }, "api_key", "unknown"],
			[{ cookie: "session=COOKIE-CANARY" }, undefined, "unknown"],
			[{ authorization: "Basic BASIC-CANARY" }, "basic", "unknown"],
			[{ authorization: "Bearer BEARER-CANARY" }, "bearer", "unknown"],
		];
		for (const [headers, scheme, type] of kinds) {
			const { call, far } = await joined(generation, {
				transport: { requestInit: { headers } },
			});
			await call();
			const [event] = far.outcomes("tools/call");
			expect(event?.actor?.auth?.scheme).toBe(scheme);
			expect(event?.actor?.principal).toEqual({ type, assurance: "none", source: "none" });
			expect(event?.actor?.auth?.token_digest !== undefined).toBe(scheme === "bearer");
			expect(JSON.stringify(far.events)).not.toContain("CANARY");
		}
	});

	it("[private.principal_digest] keeps the digest of an id where the policy says so, never both", async () => {
		const told = { id: "u-17", delegation: [{ id: "agent-3" }] };
		const { actor, audit } = await inMemory(generation, () => told, { principals: "digest" });
		const digest = /^hmac-sha256:k1:[0-9a-f]{64}$/;
		expect(actor?.principal.id_digest).toMatch(digest);
		expect(actor?.principal.id_digest).toBe(audit.digester.digest("principal", "u-17"));
		expect(actor?.delegation?.[0]?.id_digest).toMatch(digest);
		expect(JSON.stringify(audit.events)).not.toMatch(/u-17|agent-3/);
		expect(defaultPolicy({ principals: "digest" }).principals).toBe("digest");
		expect(defaultPolicy({ principals: "digest" }).digest).not.toBe(defaultPolicy().digest);
	});

	it("[honest.identity_hook] adds to a checked principal, and replaces it only by another checked one", async () => {
		const auth = {
			token: "TOKEN-CANARY",
			clientId: "desk",
			scopes: [],
			extra: { iss: "https://idp.example", sub: "00u1" },
		};
		const said: { current: ReturnType<Identify> } = { current: undefined };
		const { call, far } = await joined(generation, {
			server: { identify: () => said.current },
			around: verifiedAs(auth),
		});
		const principals: unknown[] = [];
		for (const one of [
			{ id: "admin", type: "service", tenant: "acme" },
			{ id: "admin", verified: true },
			{ id: "TOKEN-CANARY", tenant: "Bearer TOKEN-CANARY" },
		] as const) {
			said.current = one;
			await call();
			principals.push(far.outcomes("tools/call").at(-1)?.actor?.principal);
		}
		const checked = { id: "00u1", issuer: "https://idp.example", assurance: "verified" };
		expect(principals).toEqual([
			{ ...checked, type: "service", tenant: "acme", source: "access_token" },
			{ type: "user", id: "admin", assurance: "verified", source: "application" },
			{ ...checked, type: "user", source: "access_token" },
		]);
		expect(JSON.stringify(far.events)).not.toContain("CANARY");
	});

	it("[honest.identity_hook] takes nobody for checked whom no token says", async () => {
		// What express-basic-auth and express-jwt leave where the SDK looks for its AuthInfo.
		for (const auth of [
			{ user: "root", password: "PASSWORD-CANARY" },
			{ sub: "00u1", clientId: "desk", scopes: [] },
		]) {
			const { call, far } = await joined(generation, {
				around: verifiedAs(auth),
				transport: { requestInit: { headers: { authorization: "Bearer TOKEN-CANARY" } } },
			});
			await call();
			const [event] = far.outcomes("tools/call");
			expect(event?.actor?.principal).toEqual({
				type: "unknown",
				assurance: "none",
				source: "none",
			});
			expect(event?.actor?.auth).toEqual({
				scheme: "bearer",
				token_digest: far.digester.digest("token", "TOKEN-CANARY"),
			});
			expect(JSON.stringify(far.events)).not.toContain("CANARY");
		}
	});

	it("[honest.client_address] says where a call came from by the rule of trusted hops", async () => {
		const headers = { "x-forwarded-for": "203.0.113.7, 10.0.0.9" };
		for (const [trusted, expected] of [
			[undefined, { client_address: "127.0.0.1", client_port: expect.any(Number) }],
			[["127.0.0.1", "10.0.0.0/8"], { client_address: "203.0.113.7", forwarded: true }],
			[1, { client_address: "10.0.0.9", forwarded: true }],
		] as const) {
			const { call, near, far, url } = await joined(generation, {
				server: trusted === undefined ? {} : { trustedProxies: trusted },
				transport: { requestInit: { headers } },
			});
			await call();
			const { http, ...address } = far.outcomes("tools/call")[0]?.network ?? {};
			expect(address).toEqual(expected);
			expect(http?.method).toBe("POST");
			expect(near.outcomes("tools/call")[0]?.network).toEqual({
				server_address: "127.0.0.1",
				server_port: Number(url.port),
			});
			expect(far.events.find(({ type }) => type === "mcp.notification")?.network).toMatchObject(
				expected,
			);
		}
	});

	it("[honest.server_identity] knows a server by configuration or origin, never by its name", async () => {
		const bare = await joined(generation, {});
		await bare.call();
		const { origin } = bare.url;
		expect(bare.near.outcomes("tools/call")[0]?.target?.server).toEqual({
			id: origin,
			name: "desk",
			version: "1.0.0",
		});
		const opened = bare.near.events.find(({ type }) => type === "mcp.connection.opened");
		expect(opened?.connection).toEqual({ origin });
		const listed = await joined(generation, {
			client: { servers: [{ id: "elsewhere", url: "https://mcp.example.com/mcp" }] },
		});
		expect(
			listed.near.events.find(({ type }) => type === "mcp.connection.opened")?.connection,
		).toEqual({ origin: listed.url.origin, listed: false });
	});

	it("[honest.unlisted_server] finds a server that nobody listed, once, and none where it is listed", async () => {
		const audit = fakeAudit();
		const servers = [{ id: "it", url: "https://mcp.example.com/" }];
		const { url } = await joined(generation, {});
		for (let times = 0; times < 2; times++) {
			// As `instrumentClient` makes them: one for each client.
			const trail = instrumentation({ audit, servers });
			const client = trail.client(new generation.Client({ name: "probe", version: "1" }));
			await client.connect(as(reaching(generation, url))).catch(taken);
			await client.close();
		}
		const opened = audit.events.filter(({ type }) => type === "mcp.connection.opened");
		expect(opened.map(({ connection }) => connection?.listed)).toEqual([false, false]);
		const findings = audit.events.filter(({ type }) => type === "mcp.finding");
		expect(findings).toEqual([
			expect.objectContaining({
				severity: "medium",
				target: expect.objectContaining({ server: { id: url.origin } }),
				connection: { origin: url.origin, listed: false },
				finding: expect.objectContaining({
					rule: "unlisted_server",
					event_ids: [opened[0]?.id],
				}),
			}),
		]);
		const known = fakeAudit();
		const client = instrumentation({ audit: known, servers: [{ id: "it", url: url.href }] }).client(
			new generation.Client({ name: "probe", version: "1" }),
		);
		await client.connect(as(reaching(generation, url))).catch(taken);
		expect(known.events.some(({ connection }) => connection?.listed === true)).toBe(true);
		expect(known.events.filter(({ type }) => type === "mcp.finding")).toEqual([]);
		await client.close();
	});

	it("[honest.server_identity] knows a command by its keyed digest, and says whether it is listed", async () => {
		const script = `process.stdin.on("data", (line) => { const { id, method } = JSON.parse(String(line).split("\\n")[0]);
			if (method === "initialize") process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id, result: {
				protocolVersion: "2025-11-25", capabilities: {}, serverInfo: { name: "tickets", version: "1" } } }) + "\\n"); });`;
		const command = { command: process.execPath, args: ["-e", script, "--", "--token=ARG-CANARY"] };
		const ids: (string | undefined)[] = [];
		for (const servers of [undefined, [{ id: "tickets", ...command }], []]) {
			const audit = fakeAudit();
			const client = instrumentation({
				audit,
				identify: operatingSystemUser,
				...(servers && { servers }),
			}).client(new generation.Client({ name: "probe", version: "1" }));
			await client.connect(
				as(generation.name === "v1" ? new StdioV1(command) : new StdioV2(command)),
			);
			await client.close();
			const opened = audit.events.find(({ type }) => type === "mcp.connection.opened");
			const digest = opened?.connection?.command_digest;
			expect(digest).toBe(
				audit.digester.digest("command", JSON.stringify([command.command, ...command.args])),
			);
			expect(opened?.connection).toEqual({
				command_digest: digest,
				...(servers && { listed: servers.length > 0 }),
			});
			const id = audit.outcomes("initialize")[0]?.target?.server?.id;
			expect(id).toBe(servers?.length ? "tickets" : digest);
			ids.push(id);
			expect(audit.outcomes("initialize")[0]?.actor?.principal).toMatchObject({
				id: userInfo().username,
				assurance: "asserted",
				source: "operating_system",
			});
			expect(JSON.stringify(audit.events)).not.toContain("CANARY");
		}
		expect(new Set(ids).size).toBe(2);
	});
});

describe("2026-07-28, a server for each request", () => {
	const extra = { iss: "https://idp.example", sub: "00u1" };
	const auth = { token: "TOKEN-CANARY", clientId: "desk", scopes: [], extra };
	const checked = { type: "user", id: "00u1", issuer: extra.iss, assurance: "verified" };

	it("[honest.identity_hook] asks the application, and keeps its word as its word", async () => {
		const asked: unknown[] = [];
		const { call, far } = await joined(modern, {
			server: {
				identify: ({ extra: handed, ...request }) => {
					asked.push({ ...request, hasRequest: Reflect.has(Object(handed), "request") });
					return { id: "u-17", tenant: "acme" };
				},
				trustedProxies: 1,
			},
			transport: { requestInit: { headers: { "x-forwarded-for": "203.0.113.7" } } },
		});
		await call();
		const [event] = far.outcomes("tools/call");
		expect(event?.mcp?.era).toBe("modern");
		expect(event?.actor?.principal).toEqual({
			type: "user",
			id: "u-17",
			tenant: "acme",
			assurance: "asserted",
			source: "application",
		});
		expect(event?.network).toMatchObject({ client_address: "203.0.113.7", forwarded: true });
		expect(asked).toContainEqual({
			role: "server",
			transport: "streamable_http",
			method: "tools/call",
			clientAddress: "203.0.113.7",
			hasRequest: true,
		});
	});

	it("[honest.identity_hook] replaces a checked principal by another checked one alone", async () => {
		const said: { current: ReturnType<Identify> } = { current: undefined };
		const { call, far, near, url } = await joined(modern, {
			server: { identify: () => said.current },
			around: verifiedAs(auth),
		});
		const principals: unknown[] = [];
		for (const one of [undefined, { id: "admin" }, { id: "admin", verified: true }]) {
			said.current = one;
			await call();
			principals.push(far.outcomes("tools/call").at(-1)?.actor?.principal);
		}
		expect(principals).toEqual([
			{ ...checked, source: "access_token" },
			{ ...checked, source: "access_token" },
			{ type: "user", id: "admin", assurance: "verified", source: "application" },
		]);
		expect(near.outcomes("tools/call")[0]?.target?.server?.id).toBe(url.origin);
		expect(JSON.stringify(far.events)).not.toContain("CANARY");
	});

	it("[honest.anonymous] tells who sent no credential from whom nobody checked", async () => {
		for (const [headers, type] of [
			[{}, "anonymous"],
			[{ authorization: "Bearer TOKEN-CANARY" }, "unknown"],
		] as const) {
			const { call, far } = await joined(modern, {
				transport: { requestInit: { headers } },
			});
			await call();
			const [event] = far.outcomes("tools/call");
			expect(event?.actor?.principal).toEqual({ type, assurance: "none", source: "none" });
			expect(event?.actor?.auth?.token_digest !== undefined).toBe(type === "unknown");
			expect(JSON.stringify(far.events)).not.toContain("CANARY");
		}
	});
});

const ask = (transport: "stdio" | "streamable_http") =>
	operatingSystemUser({
		role: "server",
		transport,
		method: "tools/call",
		clientAddress: undefined,
		extra: undefined,
	});

const wrong = (servers: unknown) => () => instrumentation({ audit: false, servers: as(servers) });

it("names the operating system's user over a pipe alone", () => {
	expect(ask("stdio")?.id).toBe(userInfo().username);
	expect(ask("streamable_http")).toBeUndefined();
});

it("names the server that is listed wrongly", () => {
	expect(wrong([{ id: "a", url: "nowhere" }])).toThrow(/servers\[0\]\.url is no URL/);
	expect(wrong([{ id: "a" }])).toThrow(/servers\[0\] has neither url nor command/);
	expect(wrong([{ id: "", url: "https://x" }])).toThrow(/servers\[0\]\.id/);
});
