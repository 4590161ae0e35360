import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { instrumentation, type InstrumentationOptions } from "@mcp-trail/mcp";
import {
	ClientCredentialsProvider as CredentialsV2,
	discoverAndRequestJwtAuthGrant,
	DpopSession,
	exchangeJwtAuthGrant,
} from "@modelcontextprotocol/client";
import { ClientCredentialsProvider as CredentialsV1 } from "@modelcontextprotocol/sdk/client/auth-extensions.js";
import { afterEach, describe, expect, it } from "vitest";
import { echoing, listening, reaching, served, serving, stop } from "./http-pair.ts";
import {
	as,
	fakeAudit,
	generations,
	modern,
	tick,
	until,
	type Generation,
	type Transport,
} from "./support.ts";

const open: Server[] = [];
afterEach(() => stop(open));

const CANARY = /CANARY/;
const DIGEST = expect.stringMatching(/^hmac-sha256:k1:[0-9a-f]{64}$/);

async function bodyOf(request: IncomingMessage): Promise<string> {
	let body = "";
	for await (const chunk of request) body += String(chunk);
	return body;
}

const json = (response: ServerResponse, status: number, value: object): void => {
	response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
};

interface Tokens {
	/** What each token may do; a token that is not here is refused. */
	readonly valid: Map<string, string>;
	/** Forms that came to the token endpoint. */
	readonly asked: URLSearchParams[];
	/** What the next exchange is refused with. */
	refuse?: { readonly status: number; readonly error: string };
	/** The next message that holds this text is answered 401, whatever came with it. */
	challenge?: string;
	/** Streams for what the server asks were opened. */
	streams: number;
}

/** An authorization server that grants what is asked. */
async function authorize(
	path: string,
	request: IncomingMessage,
	response: ServerResponse,
	origin: string,
	tokens: Tokens,
): Promise<boolean> {
	if (path.startsWith("/.well-known/oauth-protected-resource")) {
		json(response, 200, { resource: `${origin}/mcp`, authorization_servers: [origin] });
	} else if (path.startsWith("/.well-known/oauth-authorization-server")) {
		json(response, 200, {
			issuer: origin,
			authorization_endpoint: `${origin}/authorize`,
			token_endpoint: `${origin}/token`,
			registration_endpoint: `${origin}/register`,
			response_types_supported: ["code"],
			grant_types_supported: ["client_credentials", "authorization_code"],
			code_challenge_methods_supported: ["S256"],
			token_endpoint_auth_methods_supported: ["client_secret_basic", "none"],
		});
	} else if (path === "/register") {
		const metadata: object = JSON.parse(await bodyOf(request));
		json(response, 201, { ...metadata, client_id: "desk-1", client_secret: "SECRET-CANARY" });
	} else if (path === "/token") {
		const form = new URLSearchParams(await bodyOf(request));
		tokens.asked.push(form);
		const { refuse } = tokens;
		delete tokens.refuse;
		if (refuse) {
			json(response, refuse.status, { error: refuse.error, error_description: "TEXT-CANARY" });
			return true;
		}
		// 1.x asks for no more than its provider says: a server may well grant it.
		const wider = tokens.asked.length > 1 ? "echo write" : "echo";
		const scope = form.get("scope") === "echo" ? wider : (form.get("scope") ?? "echo");
		const token = `TOKEN-CANARY-${tokens.asked.length}`;
		tokens.valid.set(token, scope);
		const isIdJag = form.get("requested_token_type")?.endsWith(":id-jag") === true;
		json(response, 200, {
			access_token: token,
			token_type: isIdJag ? "N_A" : "Bearer",
			...(isIdJag && { issued_token_type: form.get("requested_token_type") }),
			expires_in: 300,
			scope,
		});
	} else return false;
	return true;
}

/** An MCP server that wants a token of the authorization server beside it, and a wider scope for calls. */
async function guarded(generation: Generation, stepUp: boolean) {
	const tokens: Tokens = { valid: new Map(), asked: [], streams: 0 };
	const far = fakeAudit();
	const { server, take } = await served(generation, { audit: far });
	const url = await listening(async (request, response) => {
		const { pathname, origin } = new URL(request.url ?? "/", `http://${request.headers.host}`);
		if (await authorize(pathname, request, response, origin, tokens)) return;
		const token = request.headers.authorization?.replace(/^\S+ /, "") ?? "";
		const body = request.method === "POST" ? await bodyOf(request) : "";
		const isChallenged = tokens.challenge !== undefined && body.includes(tokens.challenge);
		if (isChallenged) delete tokens.challenge;
		const scope = isChallenged ? undefined : tokens.valid.get(token);
		const metadata = `resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp"`;
		if (scope === undefined) {
			response.writeHead(401, { "www-authenticate": `Bearer scope="echo", ${metadata}` }).end();
			return;
		}
		if (stepUp && body.includes("tools/call") && !scope.includes("write")) {
			const challenge = `Bearer error="insufficient_scope", scope="echo write", ${metadata}`;
			response.writeHead(403, { "www-authenticate": challenge }).end();
			return;
		}
		const auth = { token, clientId: "desk", scopes: scope.split(" ") };
		const parsed: unknown = body === "" ? undefined : JSON.parse(body);
		const handled = take(Object.assign(request, { auth }), response, parsed);
		if (request.method === "GET") tokens.streams++;
		await handled;
	}, open);
	return { url, tokens, far, server };
}

const credentials = ({ name }: Generation, clientSecret = "SECRET-CANARY"): object =>
	name === "v1"
		? new CredentialsV1({ clientId: "desk", clientSecret, scope: "echo" })
		: new CredentialsV2({ clientId: "desk", clientSecret, scope: "echo" });

/** A client that authenticates with its own credentials. */
async function authorized(
	generation: Generation,
	url: URL,
	authProvider: object,
	options: InstrumentationOptions = {},
) {
	const near = fakeAudit();
	const client = instrumentation({ audit: near, ...options }).client(
		new generation.Client({ name: "probe", version: "2.0.0" }),
	);
	const connect = () => client.connect(as(reaching(generation, url, { authProvider })));
	const call = () => generation.callTool(client, { name: "echo", arguments: { text: "hi" } });
	return { near, client, connect, call };
}

const exchanged = ({ events }: ReturnType<typeof fakeAudit>) =>
	events.filter(({ type }) => type === "mcp.auth.token_exchanged");

/** What a client sends first. */
const opening = (generation: Generation): string =>
	generation === modern ? "server/discover" : "initialize";

/** As zero code comes to a client that its application has instrumented: within `connect`, its transport hooked. */
function joinedLate(transport: Transport, join: () => void): Transport {
	const start = transport.start.bind(transport);
	transport.start = () => {
		join();
		return start();
	};
	return transport;
}

describe.each([...generations, modern])("$name", (generation) => {
	it("[complete.token_exchange] records a token that a transport asked for, and the request it asked for it", async () => {
		const { url, tokens, far } = await guarded(generation, false);
		const { near, client, connect, call } = await authorized(
			generation,
			url,
			credentials(generation),
		);
		await connect();
		await call();
		await until(() => exchanged(near).length === 1, "the exchange");
		const [event] = exchanged(near);
		expect(event).toMatchObject({
			outcome: { status: "success", executed: "yes", http_status: 200 },
			actor: {
				principal: { type: "unknown", assurance: "none", source: "none" },
				auth: { scheme: "basic", client_id: "desk", grant: "client_credentials" },
			},
			authorization: {
				grant: "client_credentials",
				issuer: url.origin,
				resource: `${url.origin}/mcp`,
				scopes_requested: ["echo"],
				scopes_granted: ["echo"],
				attempt: 1,
				token_digest: DIGEST,
			},
			network: { server_address: "127.0.0.1", server_port: Number(url.port) },
		});
		const [initialize, ...more] = near.outcomes(opening(generation));
		expect(more).toEqual([]);
		expect(initialize?.outcome?.status).toBe("success");
		expect(initialize?.authorization).toEqual({ scopes_requested: ["echo"], attempt: 1 });
		expect(initialize?.operation?.id).toBe(event?.operation?.id);
		// One token, whoever tells of it: the exchange, the client that sends it, the server that takes it.
		const digest = event?.authorization?.token_digest;
		const [sent] = near.outcomes("tools/call");
		expect(sent?.actor?.auth).toEqual({ scheme: "bearer", token_digest: digest });
		expect(sent?.authorization).toBeUndefined();
		expect(far.outcomes("tools/call")[0]?.actor?.auth?.token_digest).toBe(digest);
		expect(tokens.asked).toHaveLength(1);
		expect(JSON.stringify([near.events, far.events])).not.toMatch(CANARY);
		await client.close();
	});

	it("[system.oauth] [complete.step_up] tells a call that was let through after it asked for more", async () => {
		const { url } = await guarded(generation, true);
		const { near, client, connect, call } = await authorized(
			generation,
			url,
			credentials(generation),
		);
		await connect();
		const result = await call().catch((error: unknown) => error);
		await until(() => exchanged(near).length === 2, "both exchanges");
		expect(exchanged(near).map(({ authorization }) => authorization?.scopes_granted)).toEqual([
			["echo"],
			expect.arrayContaining(["echo", "write"]),
		]);
		const [called, ...more] = near.outcomes("tools/call");
		expect(more).toEqual([]);
		expect(result).toMatchObject({ content: [{ text: "hi" }] });
		expect(called?.outcome?.status).toBe("success");
		expect(called?.authorization).toEqual({
			error: "insufficient_scope",
			scopes_requested: ["echo", "write"],
			attempt: 1,
		});
		expect(JSON.stringify(near.events)).not.toMatch(CANARY);
		await client.close();
	});

	it("[honest.over_scope] finds a token that may do more than was asked for, once, and none that may not", async () => {
		const { url } = await guarded(generation, false);
		const near = fakeAudit();
		const fetched = instrumentation({ audit: near }).fetch(fetch);
		const ask = async (scope: Readonly<Record<string, string>>): Promise<void> => {
			const before = exchanged(near).length;
			const form = { grant_type: "client_credentials", client_id: "desk", ...scope };
			const body = new URLSearchParams(form);
			await fetched(new URL("/token", url), { method: "POST", body });
			await until(() => exchanged(near).length > before, "the exchange");
			await tick();
		};
		const found = () => near.events.filter(({ type }) => type === "mcp.finding");
		await ask({ scope: "echo" });
		await ask({});
		expect(found()).toEqual([]);
		// From the second question on this server grants more.
		await ask({ scope: "echo" });
		await ask({ scope: "echo" });
		const [event] = exchanged(near).slice(2);
		expect(found()).toEqual([
			expect.objectContaining({
				severity: "medium",
				authorization: event?.authorization,
				finding: expect.objectContaining({ rule: "over_scope", event_ids: [event?.id] }),
			}),
		]);
		expect(event?.authorization).toMatchObject({
			scopes_requested: ["echo"],
			scopes_granted: ["echo", "write"],
		});
	});

	it("[complete.two_audits] tells two audits of one client the whole story of its tokens, challenges counted once", async () => {
		const { url, far } = await guarded(generation, true);
		const other = fakeAudit(undefined, "k2");
		const near = fakeAudit();
		const client = instrumentation({ audit: near }).client(
			new generation.Client({ name: "probe", version: "2.0.0" }),
		);
		const transport = reaching(generation, url, { authProvider: credentials(generation) });
		const join = (): void => void instrumentation({ audit: other }).client(client);
		await client.connect(as(joinedLate(transport, join)));
		await generation.callTool(client, { name: "echo", arguments: { text: "hi" } });
		for (const [audit, key] of [
			[near, "k1"],
			[other, "k2"],
		] as const) {
			await until(() => exchanged(audit).length === 2, "both exchanges");
			const [first, second] = exchanged(audit);
			expect([first, second].map((event) => event?.authorization?.attempt)).toEqual([1, 2]);
			const [initialize, ...again] = audit.outcomes(opening(generation));
			expect(again).toEqual([]);
			expect(initialize?.authorization).toEqual({ scopes_requested: ["echo"], attempt: 1 });
			const [called, ...more] = audit.outcomes("tools/call");
			expect(more).toEqual([]);
			expect(called?.authorization).toEqual({
				error: "insufficient_scope",
				scopes_requested: ["echo", "write"],
				attempt: 1,
			});
			const digest = second?.authorization?.token_digest;
			expect(digest ?? "none").toContain(`:${key}:`);
			expect(called?.actor?.auth).toEqual({ scheme: "bearer", token_digest: digest });
			expect(audit.events.filter(({ type }) => type === "mcp.message.refused")).toEqual([]);
			const keys = JSON.stringify(audit.events).match(/hmac-sha256:k\d/gu);
			expect(new Set(keys)).toEqual(new Set([`hmac-sha256:${key}`]));
		}
		expect(far.outcomes("tools/call")[0]?.actor?.auth?.token_digest).toBe(
			near.outcomes("tools/call")[0]?.actor?.auth?.token_digest,
		);
		expect(JSON.stringify([near.events, other.events])).not.toMatch(CANARY);
		await client.close();
	});

	it("[complete.two_audits] counts no challenge of another audit's request, whose fetch it watches, as its own", async () => {
		const { url } = await guarded(generation, false);
		const other = fakeAudit(undefined, "k2");
		const near = fakeAudit();
		const client = instrumentation({ audit: near }).client(
			new generation.Client({ name: "probe", version: "2.0.0" }),
		);
		const watched = instrumentation({ audit: other }).fetch(fetch);
		const authProvider = credentials(generation);
		await client.connect(as(reaching(generation, url, { authProvider, fetch: watched })));
		const [initialize] = near.outcomes(opening(generation));
		expect(initialize?.authorization).toEqual({ scopes_requested: ["echo"], attempt: 1 });
		expect(initialize?.actor?.auth?.token_digest).toContain(":k1:");
		await until(() => exchanged(near).length === 1 && exchanged(other).length === 1, "exchanges");
		expect(other.events.filter(({ type }) => type === "mcp.request")).toEqual([]);
		const refused = other.events.filter(({ type }) => type === "mcp.message.refused");
		expect(refused.map(({ authorization }) => authorization)).toEqual([
			{ scopes_requested: ["echo"], attempt: 1 },
		]);
		expect(JSON.stringify(other.events)).not.toContain(":k1:");
		await client.close();
	});

	it("[honest.own_exchange] takes no exchange with another server, made within a request, for the request's own", async () => {
		const { url } = await guarded(generation, false);
		const asked: string[] = [];
		const elsewhere = await listening((request, response) => {
			asked.push(request.headers.authorization ?? "");
			response.writeHead(403, {
				"www-authenticate": 'Bearer error="insufficient_scope", scope="x"',
			});
			response.end();
		}, open);
		const near = fakeAudit();
		const trail = instrumentation({ audit: near });
		const watched = trail.fetch(fetch);
		/** A host's fetch that tells somebody else of each call, before it goes or once it has an answer. */
		const telling = async (to: string | URL, init?: RequestInit): Promise<Response> => {
			const tell = () =>
				watched(elsewhere, {
					method: "POST",
					headers: { authorization: "Bearer OTHER-CANARY" },
					body: "{}",
				});
			await tell();
			const answer = await watched(to, init);
			await tell();
			return answer;
		};
		const client = trail.client(new generation.Client({ name: "probe", version: "2.0.0" }));
		const authProvider = credentials(generation);
		await client.connect(as(reaching(generation, url, { authProvider, fetch: telling })));
		await generation.callTool(client, { name: "echo", arguments: { text: "hi" } });
		const [called] = near.outcomes("tools/call");
		expect(asked.length).toBeGreaterThan(1);
		expect(called?.outcome?.status).toBe("success");
		expect(called?.authorization).toBeUndefined();
		expect(called?.actor?.auth?.token_digest).toBe(exchanged(near)[0]?.authorization?.token_digest);
		const [opened] = near.outcomes(opening(generation));
		expect(opened?.authorization).toEqual({ scopes_requested: ["echo"], attempt: 1 });
		expect(JSON.stringify(near.events)).not.toMatch(CANARY);
		await client.close();
	});

	it("[honest.own_exchange] knows a request again that its host sends by another way", async () => {
		const { url } = await guarded(generation, false);
		const near = fakeAudit();
		const trail = instrumentation({ audit: near });
		const watched = trail.fetch(fetch);
		const known = new URL("http://mcp.example.com/mcp");
		const by = (to: string | URL, init?: RequestInit): Promise<Response> =>
			watched(String(to).replace(known.origin, url.origin), init);
		const client = trail.client(new generation.Client({ name: "probe", version: "2.0.0" }));
		const failed = client.connect(as(reaching(generation, known, { fetch: by })));
		await expect(failed).rejects.toThrow(/./);
		const [opened, ...more] = near.outcomes(opening(generation));
		expect(more).toEqual([]);
		expect(opened?.outcome).toMatchObject({ status: "denied", http_status: 401 });
		expect(opened?.authorization).toEqual({ scopes_requested: ["echo"], attempt: 1 });
		expect(near.events.filter(({ type }) => type === "mcp.message.refused")).toEqual([]);
	});

	it("[complete.token_exchange] records a refused exchange, and the request that failed for it once", async () => {
		const { url, tokens } = await guarded(generation, false);
		tokens.refuse = { status: 400, error: "invalid_target" };
		const { near, connect } = await authorized(generation, url, credentials(generation));
		await expect(connect()).rejects.toThrow(/./);
		await until(() => exchanged(near).length > 0, "the exchange");
		expect(exchanged(near)[0]).toMatchObject({
			severity: "high",
			outcome: { status: "denied", layer: "auth", reason: "wrong_audience", executed: "no" },
			authorization: { error: "invalid_target", attempt: 1 },
		});
		const tried = near.events.filter(
			({ type, mcp }) => type === "mcp.request" && mcp?.method === opening(generation),
		);
		expect(tried).toHaveLength(1);
		expect(tried[0]?.outcome).toMatchObject({ status: "denied", reason: "missing_token" });
		expect(JSON.stringify(near.events)).not.toMatch(CANARY);
	});

	it("[system.oauth] [complete.token_exchange] records a client that registered, without its secret", async () => {
		const { url } = await guarded(generation, false);
		const kept: Record<string, unknown> = {};
		const provider = {
			redirectUrl: "http://localhost:3000/callback",
			clientMetadata: {
				client_name: "probe",
				redirect_uris: ["http://localhost:3000/callback"],
				scope: "echo",
			},
			clientInformation: () => kept["information"],
			saveClientInformation: (information: unknown) => void (kept["information"] = information),
			tokens: () => undefined,
			saveTokens: () => undefined,
			redirectToAuthorization: () => undefined,
			saveCodeVerifier: () => undefined,
			codeVerifier: () => "VERIFIER-CANARY",
		};
		const { near, connect } = await authorized(generation, url, provider);
		await expect(connect()).rejects.toThrow(/./);
		const registered = () =>
			near.events.filter(({ type }) => type === "mcp.auth.client_registered");
		await until(() => registered().length === 1, "the registration");
		expect(registered()[0]).toMatchObject({
			outcome: { status: "success", http_status: 201 },
			actor: { auth: { client_id: "desk-1" } },
			authorization: { issuer: url.origin, scopes_requested: ["echo"], attempt: 1 },
		});
		expect(JSON.stringify(near.events)).not.toMatch(CANARY);
	});
});

describe.each(generations)("$name, with a session", (generation) => {
	it("[complete.step_up] tells once of a notification and of an answer that are sent again", async () => {
		const { url, tokens, server } = await guarded(generation, false);
		const { near, client, connect } = await authorized(generation, url, credentials(generation));
		tokens.challenge = "notifications/initialized";
		await connect();
		await until(() => tokens.streams > 0, "the stream");
		tokens.challenge = '"result":{}';
		await as<{ server: { ping(): Promise<unknown> } }>(server).server.ping();
		expect(tokens.challenge).toBeUndefined();
		await until(() => near.outcomes("ping").length === 1, "the answer");
		expect(near.events.filter(({ type }) => type === "mcp.message.unmatched")).toEqual([]);
		const again = near.events.filter(({ type }) => type === "mcp.message.refused");
		expect(again.map(({ outcome }) => outcome?.http_status)).toEqual([401, 401]);
		await client.close();
		const notified = near.events.filter(({ type }) => type === "mcp.notification");
		expect(notified.map(({ mcp, count }) => [mcp?.method, count])).toEqual([
			["notifications/initialized", undefined],
		]);
	});

	it("[system.gateways] [honest.token_passthrough] finds a caller's token that is sent on to another server", async () => {
		const upstream = await guarded(generation, false);
		upstream.tokens.valid.set("TOKEN-CANARY-own", "echo");
		upstream.tokens.valid.set("TOKEN-CANARY-theirs", "echo");
		const audit = fakeAudit();
		const trail = instrumentation({ audit });
		/** What this process sends on its own account, and what a caller of it sent. */
		const send = async (token: string) => {
			const client = trail.client(new generation.Client({ name: "proxy", version: "1" }));
			const headers = { authorization: `Bearer ${token}` };
			await client.connect(as(reaching(generation, upstream.url, { requestInit: { headers } })));
			await client.close();
		};
		const gateway = trail.server(echoing(generation));
		const transport = serving(generation);
		await as<{ connect(transport: object): Promise<void> }>(gateway).connect(transport);
		const url = await listening(
			(request, response) => transport.handleRequest(request, response),
			open,
		);
		const caller = new generation.Client({ name: "caller", version: "1" });
		const headers = { authorization: "Bearer TOKEN-CANARY-theirs" };
		await caller.connect(as(reaching(generation, url, { requestInit: { headers } })));
		const findings = () => audit.events.filter(({ type }) => type === "mcp.finding");
		// Each needs a server without a session: the upstream serves one.
		await send("TOKEN-CANARY-own").catch(() => undefined);
		expect(findings()).toEqual([]);
		await send("TOKEN-CANARY-theirs").catch(() => undefined);
		await send("TOKEN-CANARY-theirs").catch(() => undefined);
		expect(findings()).toHaveLength(1);
		const [finding] = findings();
		expect(finding).toMatchObject({
			finding: { rule: "token_passthrough", confidence: "high" },
			target: { kind: "server", server: { id: upstream.url.origin } },
		});
		expect(finding?.actor?.auth?.token_digest).toBe(
			audit.outcomes("initialize", "server")[0]?.actor?.auth?.token_digest,
		);
		expect(JSON.stringify(audit.events)).not.toMatch(CANARY);
		await caller.close();
	});
});

const granting = async (..._args: unknown[]): Promise<Response> =>
	Response.json({ access_token: "TOKEN-CANARY" });

/** An authorization server that says of itself, wherever it is, that it is another. */
const ofIssuer = async (...args: unknown[]): Promise<Response> =>
	String(args[0]).endsWith("/token")
		? Response.json({ access_token: "TOKEN-CANARY" })
		: Response.json({
				issuer: "https://good.example",
				token_endpoint: `${new URL(String(args[0])).origin}/token`,
			});

describe("the fetch that helpers are given", () => {
	it("[system.workload_identity] [system.enterprise_sign_on] [complete.token_exchange] records both steps of an ID-JAG, joined by the assertion's digest", async () => {
		const { url, tokens } = await guarded(generations[1], false);
		const audit = fakeAudit();
		const fetchFn = instrumentation({ audit }).fetch(fetch);
		const { jwtAuthGrant } = await discoverAndRequestJwtAuthGrant({
			idpUrl: url.origin,
			audience: url.origin,
			resource: `${url.origin}/mcp`,
			idToken: "ID-CANARY",
			clientId: "desk",
			clientSecret: "SECRET-CANARY",
			scope: "echo",
			fetchFn,
		});
		await exchangeJwtAuthGrant({
			tokenEndpoint: `${url.origin}/token`,
			jwtAuthGrant,
			clientId: "desk",
			clientSecret: "SECRET-CANARY",
			fetchFn,
		});
		await until(() => exchanged(audit).length === 2, "both steps");
		const [first, second] = exchanged(audit);
		expect(first?.authorization).toMatchObject({
			grant: "token_exchange",
			resource: `${url.origin}/mcp`,
			issuer: url.origin,
			scopes_requested: ["echo"],
			assertion_digest: audit.digester.digest("assertion", "ID-CANARY"),
		});
		expect(second?.authorization).toMatchObject({ grant: "jwt_bearer", token_digest: DIGEST });
		expect(second?.authorization?.assertion_digest).toBe(first?.authorization?.token_digest);
		expect(tokens.asked).toHaveLength(2);
		expect(JSON.stringify(audit.events)).not.toMatch(CANARY);
	});

	it("[system.dpop] [honest.binding] says that what is sent is bound to a key, and to which, never the proof", async () => {
		const [generation] = [generations[1]];
		const { url, tokens } = await guarded(generation, false);
		const audit = fakeAudit();
		const trail = instrumentation({ audit });
		const dpop = await DpopSession.create();
		tokens.valid.set("TOKEN-CANARY-bound", "echo");
		const provider = Object.assign(credentials(generation), {
			dpop: () => dpop,
			tokens: () => ({ access_token: "TOKEN-CANARY-bound", token_type: "DPoP" }),
		});
		const client = trail.client(new generation.Client({ name: "probe", version: "1" }));
		const options = { authProvider: provider, fetch: trail.fetch(fetch) };
		await client.connect(as(reaching(generation, url, options)));
		expect(audit.outcomes("initialize")[0]?.actor?.auth).toEqual({
			scheme: "dpop",
			binding: "dpop",
			token_digest: audit.digester.digest("token", "TOKEN-CANARY-bound"),
			key_thumbprint: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
		});
		expect(JSON.stringify(audit.events)).not.toMatch(/CANARY|eyJ/);
		await client.close();
	});

	it("[transparent.fetch] hands on the very answer, its body unread, and what is thrown", async () => {
		const audit = fakeAudit();
		const failure = new TypeError("fetch failed");
		const answer = new Response(
			JSON.stringify({ access_token: "TOKEN-CANARY", token_type: "Bearer" }),
			{
				headers: { "content-type": "application/json" },
			},
		);
		const calls: unknown[][] = [];
		const own = async (...args: unknown[]): Promise<Response> => {
			calls.push(args);
			if (args[0] === "https://as.example/down") throw failure;
			return answer;
		};
		const trail = instrumentation({ audit });
		const watched = trail.fetch(trail.fetch(own));
		const init = { method: "POST", body: "grant_type=authorization_code&code=CODE-CANARY" };
		const got = await watched("https://as.example/token", init);
		expect(got).toBe(answer);
		expect(got.bodyUsed).toBe(false);
		expect(await got.json()).toEqual({ access_token: "TOKEN-CANARY", token_type: "Bearer" });
		await expect(watched("https://as.example/down", init)).rejects.toBe(failure);
		expect(calls).toEqual([
			["https://as.example/token", init],
			["https://as.example/down", init],
		]);
		expect(calls[0]?.[1]).toBe(init);
		await until(() => exchanged(audit).length === 2, "both");
		expect(new Set(exchanged(audit).map(({ outcome }) => outcome?.status))).toEqual(
			new Set(["success", "unknown"]),
		);
		expect(JSON.stringify(audit.events)).not.toMatch(CANARY);
	});

	const giveUp: readonly [string, (body: ReadableStream) => Promise<unknown>][] = [
		["cancels", (body) => body.cancel("gone")],
		["cancels its reader", (body) => body.getReader().cancel("gone")],
		[
			"leaves its loop",
			async (body) => {
				for await (const part of as<AsyncIterable<unknown>>(body)) if (part) break;
			},
		],
		[
			"pipes elsewhere until it is told to stop",
			(body) =>
				body
					.pipeTo(new WritableStream(), { signal: AbortSignal.timeout(20) })
					.catch(() => undefined),
		],
	];
	it.each(giveUp)(
		"[transparent.fetch] a body that stalls is cancelled at its source at once, where its host %s",
		async (_how, end) => {
			const audit = fakeAudit();
			const cancelled: unknown[] = [];
			const body = new ReadableStream({
				start: (controller) => controller.enqueue(new TextEncoder().encode("{")),
				cancel: (reason) => void cancelled.push(reason),
			});
			const own = async (..._args: unknown[]): Promise<Response> => new Response(body);
			const watched = instrumentation({ audit }).fetch(own);
			const init = { method: "POST", body: "grant_type=client_credentials" };
			const answer = await watched("https://as.example/token", init);
			const ended = end(as<ReadableStream>(answer.body)).then(() => "at once");
			// The copy is given up after five seconds.
			expect(await Promise.race([ended, tick(3000).then(() => "late")])).toBe("at once");
			expect(cancelled).toHaveLength(1);
			await until(() => exchanged(audit).length === 1, "the exchange");
		},
	);

	it("[complete.token_exchange] tells once, whatever was watched twice for one audit", async () => {
		const audit = fakeAudit();
		const [one, other] = [instrumentation({ audit }), instrumentation({ audit })];
		const watched = one.fetch(other.fetch(other.fetch(granting)));
		const init = { method: "POST", body: "grant_type=client_credentials" };
		await Reflect.apply(watched, undefined, ["https://as.example/token", init]);
		await Reflect.apply(watched, undefined, ["https://as.example/token", init]);
		await until(() => exchanged(audit).length >= 2, "both");
		await tick(10);
		expect(exchanged(audit).map(({ authorization }) => authorization?.attempt)).toEqual([1, 2]);
	});

	it("[transparent.fetch] fails nowhere for an answer that is less than one", async () => {
		const audit = fakeAudit();
		const unhandled: unknown[] = [];
		const before = process.listeners("unhandledRejection");
		process.removeAllListeners("unhandledRejection");
		process.on("unhandledRejection", (error) => unhandled.push(error));
		const answer = { status: 200, headers: new Headers(), body: new Response("{}").body };
		const own = async (..._args: unknown[]): Promise<Response> => as(answer);
		const watched = instrumentation({ audit }).fetch(own);
		const init = { method: "POST", body: "grant_type=client_credentials" };
		expect(await watched("https://as.example/token", init)).toBe(answer);
		await tick(10);
		process.removeAllListeners("unhandledRejection");
		for (const listener of before) process.on("unhandledRejection", listener);
		expect(unhandled).toEqual([]);
		expect(exchanged(audit)[0]?.outcome).toMatchObject({ status: "success" });
	});

	it("[complete.token_exchange] names an issuer by metadata of its own origin alone (RFC 8414)", async () => {
		const audit = fakeAudit();
		const watched = instrumentation({ audit }).fetch(ofIssuer);
		for (const origin of ["https://evil.example", "https://good.example"]) {
			await watched(`${origin}/.well-known/oauth-authorization-server`);
			await tick(5);
			await watched(`${origin}/token`, { method: "POST", body: "grant_type=refresh_token" });
		}
		await until(() => exchanged(audit).length === 2, "both");
		expect(exchanged(audit).map(({ authorization }) => authorization?.issuer)).toEqual([
			undefined,
			"https://good.example",
		]);
	});

	it("[private.actor] takes no name from a secret that stands alone", async () => {
		const audit = fakeAudit();
		const authorization = `Basic ${Buffer.from("SECRET-CANARY").toString("base64")}`;
		await instrumentation({ audit }).fetch(granting)("https://as.example/token", {
			method: "POST",
			headers: { authorization },
			body: "grant_type=client_credentials",
		});
		await until(() => exchanged(audit).length === 1, "the exchange");
		expect(exchanged(audit)[0]?.actor?.auth).toMatchObject({ scheme: "basic" });
		expect(JSON.stringify(audit.events)).not.toMatch(CANARY);
	});

	it("[transparent.fetch] takes nothing from streams, and nothing of what it does not know", async () => {
		const audit = fakeAudit();
		const bodies: unknown[] = [];
		const own = async (_url: string, init?: RequestInit): Promise<Response> => {
			bodies.push(await new Response(init?.body).text());
			return new Response("plain");
		};
		const watched = instrumentation({ audit }).fetch(own);
		const stream = new Blob(["grant_type=refresh_token&refresh_token=x"]).stream();
		const init: RequestInit = { method: "POST", body: stream };
		Object.assign(init, { duplex: "half" });
		expect(await (await watched("https://as.example/token", init)).text()).toBe("plain");
		await watched("nonsense");
		await watched("https://as.example/token", { method: "POST", body: "{bad" });
		expect(bodies).toEqual(["grant_type=refresh_token&refresh_token=x", "", "{bad"]);
		expect(audit.events).toEqual([]);
	});
});
