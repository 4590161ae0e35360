import { AUDIT_EXTENSION as ID } from "@mcp-trail/mcp";
import { httpEdge } from "@mcp-trail/mcp/http";
import { createMcpHandler, inputRequired } from "@modelcontextprotocol/server";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { as, until } from "../mcp/support.ts";
import {
	blockOf,
	type Build,
	connect,
	type Generation,
	generations,
	makeClient,
	makeServer,
	type Side,
	side,
	text,
	URL_HERE,
} from "./world.ts";

const schemaFor = (generation: Generation, shape: Record<string, z.ZodType>): unknown =>
	generation === "v1" ? shape : z.object(shape);

const echo: Build = (server, generation) => {
	server.registerTool(
		"echo",
		as({ inputSchema: schemaFor(generation, { note: z.string() }) }),
		as(async ({ note }: { note: string }) => text(note)),
	);
};

const call = { name: "echo", arguments: { note: "one" } };
/** As every request of a modern client says it; a legacy one says it once. */
const declaration = { schemaVersions: ["1.0"] };

const withoutTrace = (frame: string): string =>
	frame
		.replaceAll(/"traceparent":"[^"]*",?/g, "")
		.replaceAll(/"_meta":\{\},?/g, "")
		.replaceAll(",}", "}");

const paying: Build = (server) => {
	for (const [name, annotations] of [
		["pay", {}],
		["look", { readOnlyHint: true }],
		["put", { idempotentHint: true }],
	] as const)
		server.registerTool(
			name,
			as({ annotations }),
			as(async () => text("done")),
		);
};

const within = (operationId: string) => ({ [ID]: { v: "1.0", operationId } });

const payingAndAsking: Build = (server) => {
	server.registerTool(
		"pay",
		as({}),
		as(async () => text("paid")),
	);
	server.registerTool("ask", { inputSchema: z.object({}) }, async (_args, context) =>
		context.mcpReq.inputResponses === undefined
			? inputRequired({
					inputRequests: {
						ok: inputRequired.elicit({
							message: "?",
							requestedSchema: { type: "object", properties: {} },
						}),
					},
					requestState: "state-of-alice",
				})
			: text("done"),
	);
};

describe.each(generations)("%s", (generation) => {
	it("[transparent.extension_off] off, frames are those of a pair that nobody watches", async () => {
		const plain = await connect(generation, echo, {});
		const watched = await connect(generation, echo, { client: side(), server: side() });
		for (const { client } of [plain, watched]) await client.callTool(call);
		expect(watched.wire.sent.map(withoutTrace)).toEqual(plain.wire.sent.map(withoutTrace));
		expect(watched.wire.answered).toEqual(plain.wire.answered);
		expect(watched.wire.sent.join("")).not.toContain(ID);
	});

	it("[safe.extension_negotiated] is declared by both sides in the capabilities of the era", async () => {
		const near = side(true);
		const far = side({ receipts: true });
		const { client, wire } = await connect(generation, echo, { client: near, server: far });
		await client.callTool(call);
		expect(client.getServerCapabilities()).toMatchObject({
			extensions: {
				[ID]: { schemaVersions: ["1.0"], correlation: true, receipts: true, mandatory: false },
			},
		});
		const declared = wire.sent.filter((frame) =>
			frame.includes(`"${ID}":{"schemaVersions":["1.0"]}`),
		);
		expect(declared).toHaveLength(generation === "v2 modern" ? wire.sent.length : 1);
		expect([...near.warnings, ...far.warnings]).toEqual([]);
	});

	it("[complete.extensions] every event says which extensions both sides declared, and no other", async () => {
		const near = side(true);
		const far = side(true);
		const { client } = await connect(generation, echo, { client: near, server: far });
		await client.callTool(call);
		const alone = side(true);
		await (await connect(generation, echo, { server: alone })).client.callTool(call);
		for (const { audit } of [near, far])
			expect(audit.outcomes("tools/call")[0]?.mcp?.extensions).toEqual([ID]);
		expect(alone.audit.outcomes("tools/call")[0]?.mcp).not.toHaveProperty("extensions");
	});

	it("[safe.extension_negotiated] no block goes to a server that is known not to have declared it", async () => {
		const near = side(true);
		const { client, wire } = await connect(generation, echo, { client: near, server: side() });
		await client.callTool(call);
		expect(wire.sent.map((frame) => blockOf(frame, ID)).filter(Boolean)).toEqual([]);
		expect(near.audit.outcomes("tools/call")[0]?.operation).toMatchObject({ source: "trace" });
	});

	it("[complete.receipts] a client that declared it keeps the id of the server's event", async () => {
		const near = side(true);
		const far = side({ receipts: true });
		const { client } = await connect(generation, echo, { client: near, server: far });
		const result = await client.callTool(call);
		const [there] = far.audit.outcomes("tools/call");
		const [here] = near.audit.outcomes("tools/call");
		expect(result["_meta"]?.[ID]).toEqual({ eventId: there?.id, schemaVersion: "1.0" });
		expect(here?.operation?.peer_event_id).toBe(there?.id);
		expect(there?.operation?.peer_event_id).toBe(here?.id);
		expect(here?.response?.digest).toBe(there?.response?.digest);
	});

	it("[complete.receipts] a client that did not declare it gets none, and the host's own result stays as it is", async () => {
		const kept = text("kept");
		const build: Build = (server) => {
			server.registerTool(
				"echo",
				as({}),
				as(async () => kept),
			);
		};
		const far = side({ receipts: true });
		const bare = await connect(generation, build, { server: far });
		expect(await bare.client.callTool({ name: "echo" })).not.toHaveProperty("_meta." + ID);
		expect(bare.wire.answered.slice(1).join("")).not.toContain("eventId");
		const near = await connect(generation, build, { client: side(true), server: far });
		expect((await near.client.callTool({ name: "echo" }))["_meta"]).toHaveProperty([ID]);
		expect(kept).toEqual(text("kept"));
	});

	it("[failclosed.extension_mandatory] a mandatory server refuses who did not declare it, and runs nothing", async () => {
		let entered = 0;
		const build: Build = (server) => {
			server.registerTool(
				"echo",
				as({}),
				as(async () => (entered++, text("done"))),
			);
		};
		const far = side({ mandatory: true });
		const bare = await connect(generation, build, { server: far });
		await expect(bare.client.callTool({ name: "echo" })).rejects.toMatchObject({
			code: -32_021,
			data: { requiredCapabilities: { extensions: { [ID]: {} } } },
		});
		expect(entered).toBe(0);
		// The older transports answer every request with 200, errors in band; in memory there is no status.
		expect(bare.wire.statuses.at(-1)).toBe(generation === "v2 modern" ? 400 : undefined);
		const [refused, ...rest] = far.audit.outcomes("tools/call");
		expect(rest).toEqual([]);
		expect(refused?.outcome).toEqual({
			status: "rejected",
			layer: "protocol",
			reason: "missing_capability",
			executed: "no",
			rpc_code: -32_021,
		});
		const near = await connect(generation, build, { client: side(true), server: far });
		await near.client.callTool({ name: "echo" });
		expect(entered).toBe(1);
		expect(near.client.getServerCapabilities()).toMatchObject({
			extensions: { [ID]: { mandatory: true } },
		});
	});

	it("[failclosed.extension_mandatory] a mandatory server answers by which peers learn what it asks of them, and nothing else", async () => {
		const far = side({ mandatory: true });
		const bare = await connect(generation, echo, { server: far });
		const { ping, listTools } = as<Record<"ping" | "listTools", () => Promise<unknown>>>(
			bare.client,
		);
		const open = generation === "v2 modern" ? "server/discover" : "initialize";
		expect(far.audit.outcomes(open)[0]?.outcome?.status).toBe("success");
		// The newer revision has no ping.
		const pinged = generation === "v2 modern" ? {} : await Reflect.apply(ping, bare.client, []);
		expect(pinged).toEqual({});
		await expect(Reflect.apply(listTools, bare.client, [])).rejects.toMatchObject({
			code: -32_021,
		});
	});

	it("[safe.extension_negotiated] under an identifier of one's own both sides have to be told it", async () => {
		const id = "com.example/audit";
		const [near, far] = [side({ id }), side({ id, receipts: true })];
		const { client, wire } = await connect(generation, echo, { client: near, server: far });
		await client.callTool(call);
		expect(blockOf(wire.sent.at(-1), id)).toMatchObject({ v: "1.0" });
		expect(wire.sent.join("") + wire.answered.join("")).not.toContain(ID);
		const [here] = near.audit.outcomes("tools/call");
		const [there] = far.audit.outcomes("tools/call");
		expect(there?.operation).toMatchObject({
			id: here?.operation?.id,
			source: "extension",
			peer_event_id: here?.id,
		});
		expect(here?.operation?.peer_event_id).toBe(there?.id);
		const usual = side(true);
		const apart = await connect(generation, echo, { client: usual, server: far });
		await apart.client.callTool(call);
		expect(usual.audit.outcomes("tools/call")[0]?.operation?.source).toBe("trace");
	});

	it("[safe.claim_bounded] a block that is malformed, too large or hostile is none at all", async () => {
		const far = side(true);
		const { client } = await connect(generation, echo, { server: far });
		const good = { v: "1.0", operationId: "op-1" };
		const hostile = [
			null,
			"op-1",
			[good],
			{ ...good, v: "2.0" },
			{ ...good, operationId: "a\u0000b" },
			{ ...good, operationId: "x".repeat(129) },
			{ ...good, attempt: 0 },
			{ ...good, hop: 1e9 },
			{ ...good, turnId: "line\nbreak" },
			{ ...good, a2a: { taskId: "\u202e" } },
			{ ...good, filler: "x".repeat(2048) },
		];
		for (const block of hostile) await client.callTool({ ...call, _meta: { [ID]: block } });
		await client.callTool({ ...call, _meta: { [ID]: { ...good, more: 1 } } });
		const seen = far.audit.outcomes("tools/call").map(({ operation }) => operation);
		expect(seen).toHaveLength(hostile.length + 1);
		for (const operation of seen.slice(0, -1)) {
			expect(operation?.source).toBe("trace");
			expect(operation).not.toHaveProperty("turn_id");
		}
		expect(seen.at(-1)).toMatchObject({
			id: "op-1",
			source: "extension",
			attempt: 1,
			leg: 0,
			hop: 0,
		});
		expect(far.warnings).toEqual([]);
	});

	it("[complete.ai_invocation] reads the turn of SEP-2817 under both keys, and nothing else of it", async () => {
		const far = side(true);
		const { client } = await connect(generation, echo, { server: far });
		const said = { turnId: "turn-9", userIntent: { text: "SECRET-INTENT" } };
		for (const key of ["io.modelcontextprotocol/aiInvocation", "io.github.mcp-trail/aiInvocation"])
			await client.callTool({ ...call, _meta: { [key]: said } });
		await client.callTool({ ...call, _meta: { "com.other/aiInvocation": said } });
		expect(far.audit.outcomes("tools/call").map(({ operation }) => operation?.turn_id)).toEqual([
			"turn-9",
			"turn-9",
			undefined,
		]);
		expect(JSON.stringify(far.audit.events)).not.toContain("SECRET-INTENT");
	});

	it("[complete.a2a_baggage] takes A2A ids from baggage only where that is asked for", async () => {
		const baggage = "user=root,a2a.context_id=ctx%2D1;p=1, a2a.task_id=task-1,a2a.message_id=m";
		for (const [options, expected] of [
			[{ a2aBaggage: true }, { context_id: "ctx-1", task_id: "task-1" }],
			[true, undefined],
		] as const) {
			const far = side(options);
			const { client } = await connect(generation, echo, { server: far });
			await client.callTool({ ...call, _meta: { baggage } });
			expect(far.audit.outcomes("tools/call")[0]?.operation?.a2a).toEqual(expected);
		}
	});

	it("[system.gateways] [complete.gateway_hops] an operation goes through a gateway, one hop further, and names its cause", async () => {
		const near = side(true);
		const middle = side({ receipts: true });
		const far = side({ receipts: true });
		const behind = await connect(generation, echo, { client: middle, server: far });
		const gateway: Build = (server) => {
			server.registerTool(
				"echo",
				as({ inputSchema: schemaFor(generation, { note: z.string() }) }),
				as(async (args: object) => {
					await new Promise((resolve) => setTimeout(resolve, 1));
					const { content } = await behind.client.callTool({ name: "echo", arguments: args });
					return { content };
				}),
			);
		};
		const { client } = await connect(generation, gateway, { client: near, server: middle });
		await Promise.all(
			["a", "b"].map((note) => client.callTool({ name: "echo", arguments: { note } })),
		);

		const first = near.audit.outcomes("tools/call");
		const inward = middle.audit.outcomes("tools/call", "server");
		const outward = middle.audit.outcomes("tools/call", "client");
		const last = far.audit.outcomes("tools/call");
		expect(new Set(first.map(({ operation }) => operation?.id)).size).toBe(2);
		for (const asked of first) {
			const of = (events: typeof first) =>
				events.filter(({ operation }) => operation?.id === asked.operation?.id);
			const path = [first, inward, outward, last].map(of);
			expect(path.map(({ length }) => length)).toEqual([1, 1, 1, 1]);
			const [[a], [b], [c], [d]] =
				as<[typeof first, typeof first, typeof first, typeof first]>(path);
			expect([a, b, c, d].map((event) => event?.operation?.hop)).toEqual([0, 0, 1, 1]);
			expect([a, b, c, d].map((event) => event?.operation?.source)).toEqual(
				Array.from({ length: 4 }, () => "extension"),
			);
			expect(b?.operation?.peer_event_id).toBe(a?.id);
			expect(a?.operation?.peer_event_id).toBe(b?.id);
			expect(c?.operation?.parent_event_id).toBe(b?.id);
			expect(d?.operation?.peer_event_id).toBe(c?.id);
			expect(c?.operation?.peer_event_id).toBe(d?.id);
		}
	});

	it("[system.retry] [complete.duplicate_effect] a gateway that calls a tool twice within one operation does so on purpose; a retry through it does not", async () => {
		const middle = side(true);
		const far = side(true);
		const behind = await connect(generation, paying, { client: middle, server: far });
		const gateway: Build = (server) => {
			server.registerTool(
				"twice",
				as({}),
				as(async () => {
					await behind.client.callTool({ name: "pay" });
					await behind.client.callTool({ name: "pay" });
					return text("done");
				}),
			);
		};
		const { client } = await connect(generation, gateway, { server: middle });
		const findings = () => far.audit.events.filter(({ type }) => type === "mcp.finding");
		await client.callTool({ name: "twice", _meta: { [ID]: { v: "1.0", operationId: "op-1" } } });
		expect(far.audit.outcomes("tools/call")).toHaveLength(2);
		expect(findings()).toEqual([]);
		const again = { v: "1.0", operationId: "op-1", attempt: 2 };
		await client.callTool({ name: "twice", _meta: { [ID]: again } });
		expect(findings()).toHaveLength(1);
	});

	it("[complete.duplicate_effect] one finding where a tool that is not safe to repeat succeeds twice in one operation", async () => {
		const far = side(true);
		const { client } = await connect(generation, paying, { server: far });
		await as<{ listTools: () => Promise<unknown> }>(client).listTools();
		for (const name of ["pay", "look", "put"])
			for (const attempt of ["op-1", "op-1", "op-1", "op-2"])
				await client.callTool({ name, _meta: within(attempt) });
		const findings = far.audit.events.filter(({ type }) => type === "mcp.finding");
		const paid = far.audit.outcomes("tools/call").filter(({ target }) => target?.name === "pay");
		expect(findings).toMatchObject([
			{
				severity: "medium",
				target: { name: "pay" },
				operation: { id: "op-1", source: "extension" },
				finding: {
					rule: "duplicate_side_effect",
					confidence: "high",
					event_ids: [paid[0]?.id, paid[1]?.id],
				},
			},
		]);
	});
});

describe("a client whose capabilities nobody can see", () => {
	it("[failclosed.extension_block_declares] declares the extension by its block, where each request has a connection", async () => {
		const far = side({ mandatory: true, receipts: true });
		const handler = createMcpHandler(() => makeServer("v2 legacy", echo, far));
		const ask = async (meta: object): Promise<unknown> => {
			const response = await handler.fetch(
				new Request(URL_HERE, {
					method: "POST",
					headers: {
						"content-type": "application/json",
						accept: "application/json, text/event-stream",
						"mcp-protocol-version": "2025-11-25",
					},
					body: JSON.stringify({
						jsonrpc: "2.0",
						id: 1,
						method: "tools/call",
						params: { ...call, _meta: meta },
					}),
				}),
			);
			const body = await response.text();
			return JSON.parse(body.replace(/^[^]*?data: /u, "").trim());
		};
		expect(await ask({})).toMatchObject({ error: { code: -32_021 } });
		expect(await ask({ [ID]: { v: "1.0" } })).toMatchObject({ error: { code: -32_021 } });
		const answer = await ask({ [ID]: { v: "1.0", operationId: "op-1" } });
		const [, , last] = far.audit.outcomes("tools/call");
		expect(answer).toMatchObject({
			result: { _meta: { [ID]: { eventId: last?.id } }, content: [{ text: "one" }] },
		});
	});
});

describe("a block that the application wrote", () => {
	it("[complete.application_block] goes out as it is, and is what its own events say", async () => {
		const near = side(true);
		const far = side(true);
		const { client, wire } = await connect("v2 modern", echo, { client: near, server: far });
		const block = { v: "1.0", operationId: "mine", attempt: 3, more: { of: "mine" } };
		await client.callTool({ ...call, _meta: { [ID]: block } });
		expect(blockOf(wire.sent.at(-1), ID)).toEqual(block);
		for (const { audit } of [near, far])
			expect(audit.outcomes("tools/call")[0]?.operation).toMatchObject({
				id: "mine",
				source: "extension",
				attempt: 3,
			});
	});
});

/** A principal as a verifier in front of the handler would say it. */
const principal = (sub: string) => ({
	token: `token of ${sub}`,
	clientId: "desk",
	scopes: [],
	extra: { iss: "https://idp.example", sub },
});

describe("a second principal", () => {
	it("[safe.operation_within_principal] does not join: neither side effects, rounds, nor states", async () => {
		const far = side(true);
		let who = "alice";
		const { client } = await connect(
			"v2 modern",
			payingAndAsking,
			{ server: far },
			{
				capabilities: { elicitation: {}, extensions: { [ID]: declaration } },
				authInfo: () => principal(who),
			},
		);
		client.setRequestHandler("elicitation/create", async () => {
			// From here on somebody else speaks, with what the first was given.
			who = "mallory";
			return { action: "accept", content: {} };
		});
		const meta = { [ID]: { v: "1.0", operationId: "op-1" } };
		await client.callTool({ name: "pay", _meta: meta });
		who = "mallory";
		await client.callTool({ name: "pay", _meta: meta });
		who = "alice";
		await client.callTool({ name: "ask", arguments: {}, _meta: meta });
		expect(far.audit.events.filter(({ type }) => type === "mcp.finding")).toEqual([]);
		const [first, second] = far.audit
			.outcomes("tools/call")
			.filter(({ target }) => target?.name === "ask");
		expect(first?.mrtr?.state).toBe("issued");
		expect(second?.mrtr).toEqual({
			state: "unknown",
			state_digest: first?.mrtr?.state_digest,
			answered: 1,
		});
		// The events alone tell two principals under one id apart.
		const people = far.audit
			.outcomes("tools/call")
			.map(({ actor, operation }) => [operation?.id, actor?.principal.id]);
		expect(new Set(people.map((pair) => pair.join(" ")))).toEqual(
			new Set(["op-1 alice", "op-1 mallory"]),
		);
	});
});

describe("one process alone", () => {
	it("[safe.extension_negotiated] warns where it comes too late to be declared", async () => {
		const late: Side = side(true);
		const { client } = await connect("v2 legacy", echo, {});
		late.seen.client(client);
		expect(late.warnings.join("")).toContain("before connect()");
		expect(() => side({ id: "mcp.io.mcp/audit" })).not.toThrow();
		for (const id of ["audit", "io.mcp/audit", "io.modelcontextprotocol/audit", "com.exa mple/x"])
			expect(() => side({ id })).toThrow(TypeError);
		expect(makeClient("v1", side({ id: "com.example/audit" }))).toBeDefined();
	});
});

it.each(["edge", "no edge"])(
	"[failclosed.extension_mandatory] a mandatory server opens no stream for who did not declare it, with %s around it",
	async (around) => {
		const far = side({ mandatory: true });
		const handler = far.seen.handler(
			createMcpHandler(() => as(far.seen.server(makeServer("v2 modern", echo)))),
		);
		const serve = (request: Request): Promise<Response> => handler.fetch(request);
		const edge = httpEdge({ audit: far.audit });
		const host = around === "edge" ? edge.fetch(serve) : serve;
		const listen = async (capabilities: object): Promise<Response> =>
			host(
				new Request(URL_HERE, {
					method: "POST",
					headers: {
						"content-type": "application/json",
						accept: "application/json, text/event-stream",
						"mcp-protocol-version": "2026-07-28",
						"mcp-method": "subscriptions/listen",
					},
					body: JSON.stringify({
						jsonrpc: "2.0",
						id: "listen:0",
						method: "subscriptions/listen",
						params: {
							notifications: { toolsListChanged: true },
							_meta: {
								"io.modelcontextprotocol/protocolVersion": "2026-07-28",
								"io.modelcontextprotocol/clientInfo": { name: "probe", version: "1" },
								"io.modelcontextprotocol/clientCapabilities": capabilities,
							},
						},
					}),
				}),
			);
		const refused = await listen({});
		expect(refused.status).toBe(400);
		expect(await refused.json()).toMatchObject({
			id: "listen:0",
			error: {
				code: -32_021,
				data: { requiredCapabilities: { extensions: { [ID]: {} } } },
			},
		});
		await until(() => far.audit.outcomes("subscriptions/listen").length === 1, "the refusal");
		const [event, ...more] = far.audit.outcomes("subscriptions/listen");
		expect(more).toEqual([]);
		expect(event?.outcome).toMatchObject({
			status: "rejected",
			reason: "missing_capability",
			rpc_code: -32_021,
			http_status: 400,
		});
		const taken = await listen({ extensions: { [ID]: declaration } });
		expect(taken.status).toBe(200);
		await taken.body?.cancel();
		await handler.close();
		expect(far.warnings).toEqual([]);
	},
);
