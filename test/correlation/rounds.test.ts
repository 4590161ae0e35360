import { AUDIT_EXTENSION as ID } from "@mcp-trail/mcp";
import type { StoredEvent } from "@mcp-trail/event";
import { inputRequired } from "@modelcontextprotocol/server";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { as, fakeAudit } from "../mcp/support.ts";
import { type Build, connect, generations, type Side, side, text } from "./world.ts";

const elicit = () =>
	inputRequired.elicit({ message: "Sure?", requestedSchema: { type: "object", properties: {} } });

/** Asks twice, with another state each time; how often it was asked is in the state alone. */
const asking: Build = (server) => {
	server.registerTool(
		"book",
		{ inputSchema: z.object({ what: z.string() }) },
		async (_args, context) => {
			const state = context.mcpReq.requestState();
			const round = state === undefined ? 0 : Number(as<string>(state).slice(6));
			return round === 2
				? text("booked")
				: inputRequired({ inputRequests: { ok: elicit() }, requestState: `round-${round + 1}` });
		},
	);
};

const calls = ({ audit }: Side): readonly StoredEvent[] => audit.outcomes("tools/call");
const accepting = async () => ({ action: "accept", content: {} });

const oneRound: Build = (server) => {
	server.registerTool(
		"stateful",
		{ inputSchema: z.object({ n: z.number() }) },
		async (_args, context) =>
			context.mcpReq.inputResponses === undefined
				? inputRequired({ inputRequests: { ok: elicit() }, requestState: "the-state" })
				: text("done"),
	);
	server.registerTool(
		"stateless",
		{ inputSchema: z.object({ n: z.number() }) },
		async (_args, context) =>
			context.mcpReq.inputResponses === undefined
				? inputRequired({ inputRequests: { ok: elicit() } })
				: text("done"),
	);
};

const askingInside: Build = (server) => {
	server.registerTool(
		"ask",
		as({}),
		as(async () => {
			await new Promise((resolve) => setTimeout(resolve, 1));
			await as<{ server: { elicitInput: (params: object) => Promise<unknown> } }>(
				server,
			).server.elicitInput({
				message: "Sure?",
				requestedSchema: { type: "object", properties: {} },
			});
			return text("done");
		}),
	);
};

const leaf: Build = (server) => {
	server.registerTool(
		"leaf",
		as({}),
		as(async () => text("done")),
	);
};

const telling: Build = (server) => {
	server.registerResource("r", "test://r", {}, async () => ({ contents: [] }));
	server.registerTool(
		"tell",
		as({}),
		as(async () => {
			server.sendResourceListChanged();
			await new Promise((resolve) => setTimeout(resolve, 1));
			return text("done");
		}),
	);
};

describe("a call answered in rounds", () => {
	it("[system.sessions] [complete.mrtr_stateless] [wire.field_no_session] is one operation when its rounds land on different processes, from the events alone", async () => {
		const near = side(true);
		const processes = [side(true), side(true), side(true)];
		let next = 0;
		const { client } = await connect(
			"v2 modern",
			asking,
			{ client: near },
			{
				capabilities: { elicitation: {} },
				route: (body) => processes[body.includes('"tools/call"') ? next++ % 3 : 0],
			},
		);
		client.setRequestHandler("elicitation/create", accepting);
		await client.callTool({ name: "book", arguments: { what: "room" } });
		const legs = processes.flatMap(calls);
		expect(processes.map((process) => calls(process).length)).toEqual([1, 1, 1]);
		expect(new Set(legs.map(({ operation }) => operation?.id)).size).toBe(1);
		expect(legs.map(({ operation }) => operation?.leg)).toEqual([0, 1, 2]);
		expect(legs.map(({ operation }) => operation?.attempt)).toEqual([1, 1, 1]);
		// No process may say that a state is wrong which another one may have issued.
		expect(legs.map(({ mrtr }) => mrtr?.state)).toEqual(["issued", "unknown", "unknown"]);
		// What was issued and what was echoed is compared by their digests.
		expect(legs[1]?.mrtr?.state_digest).toBe(legs[0]?.mrtr?.state_digest);
		expect(legs[2]?.mrtr?.state_digest).toBe(legs[1]?.mrtr?.issued_digest);
		expect(calls(near).map(({ mrtr }) => mrtr?.state)).toEqual(["issued", "match", "match"]);
		expect(calls(near).map(({ operation }) => operation?.leg)).toEqual([0, 1, 2]);
	});

	it("[complete.mrtr_stateless] without the extension it is the caller's trace that joins them", async () => {
		const processes = [side(), side(), side()];
		let next = 0;
		const { client } = await connect(
			"v2 modern",
			asking,
			{},
			{
				capabilities: { elicitation: {} },
				route: (body) => processes[body.includes('"tools/call"') ? next++ % 3 : 0],
			},
		);
		client.setRequestHandler("elicitation/create", accepting);
		const traceparent = `00-${"ab".repeat(16)}-${"cd".repeat(8)}-01`;
		await client.callTool({ name: "book", arguments: { what: "room" }, _meta: { traceparent } });
		const legs = processes.flatMap(calls);
		expect(legs.map(({ operation }) => operation)).toMatchObject([
			{ id: "ab".repeat(16), source: "trace", leg: 0 },
			{ id: "ab".repeat(16), source: "trace" },
			{ id: "ab".repeat(16), source: "trace" },
		]);
		expect(legs[2]?.operation).not.toHaveProperty("leg");
	});

	it("[safe.mrtr_echo] [wire.field_legs] says whether the state that comes back is the one that was issued", async () => {
		const far = side(true);
		const { client } = await connect(
			"v2 modern",
			oneRound,
			{ server: far },
			{
				capabilities: { elicitation: {}, extensions: { [ID]: {} } },
			},
		);
		const manual = as<{
			request: (request: object, schema: unknown, options?: object) => Promise<unknown>;
		}>(client);
		let operation = 0;
		const ask = (name: string, more: object, leg: number, n = 1): Promise<unknown> =>
			manual
				.request(
					{
						method: "tools/call",
						params: {
							name,
							arguments: { n },
							...more,
							_meta: { [ID]: { v: "1.0", operationId: `op-${operation}`, leg } },
						},
					},
					z.looseObject({}),
					{ allowInputRequired: true },
				)
				.catch(() => undefined);
		const inputResponses = { ok: { action: "accept", content: {} } };
		const round = async (name: string, more: object, n = 1): Promise<unknown> => {
			operation++;
			await ask(name, {}, 0);
			await ask(name, { inputResponses, ...more }, 1, n);
			return calls(far).at(-1)?.mrtr;
		};
		expect(await round("stateful", { requestState: "the-state" })).toMatchObject({
			state: "match",
			arguments_match: true,
		});
		expect(await round("stateful", { requestState: "the-state" }, 2)).toMatchObject({
			state: "match",
			arguments_match: false,
		});
		expect(await round("stateful", { requestState: "another" })).toMatchObject({
			state: "changed",
		});
		expect(await round("stateful", {})).toMatchObject({ state: "missing", answered: 1 });
		expect(await round("stateless", {})).toMatchObject({ state: "match" });
		expect(await round("stateless", { requestState: "made-up" })).toMatchObject({
			state: "invented",
		});
		await round("stateful", { requestState: "the-state" });
		await ask("stateful", { inputResponses, requestState: "the-state" }, 1);
		expect(calls(far).at(-1)?.mrtr).toMatchObject({ state: "reused" });
		operation++;
		await ask("stateful", { inputResponses, requestState: "never-issued" }, 0);
		expect(calls(far).at(-1)?.mrtr).toMatchObject({ state: "invented" });
		expect(JSON.stringify(far.audit.events)).not.toMatch(/the-state|made-up|never-issued/);
	});
});

describe("one trace", () => {
	it.each(generations)(
		"[system.retry] [complete.retry_trace] %s: after a failure the same call in one trace is another attempt, and says why",
		async (generation) => {
			const near = side();
			const far = side();
			let recovers: (() => void) | undefined;
			const recovered = new Promise<void>((resolve) => {
				recovers = resolve;
			});
			const build: Build = (server) => {
				server.registerTool(
					"flaky",
					as({}),
					as(async () => {
						// Not for a time: a process that stands still lets an answer overtake a deadline.
						await recovered;
						return text("done");
					}),
				);
			};
			const { client } = await connect(generation, build, { client: near, server: far });
			const traceparent = `00-${"ef".repeat(16)}-${"cd".repeat(8)}-01`;
			const gateway: Build = (server) => {
				server.registerTool(
					"outer",
					as({}),
					as(async () => {
						const ask = async (): Promise<unknown> =>
							generation === "v1"
								? client.callTool({ name: "flaky" }, undefined, { timeout: 20 })
								: client.callTool({ name: "flaky" }, { timeout: 20 });
						await ask().catch(() => undefined);
						recovers?.();
						await client.callTool({ name: "flaky" });
						await client.callTool({ name: "flaky" });
						return text("done");
					}),
				);
			};
			const outer = await connect(generation, gateway, { server: near });
			await outer.client.callTool({ name: "outer", _meta: { traceparent } });
			const attempts = near.audit.outcomes("tools/call", "client");
			expect(attempts.map(({ outcome }) => outcome?.status)).toEqual([
				"timeout",
				"success",
				"success",
			]);
			const out = attempts.map(({ operation }) => operation);
			expect(out[0]).toMatchObject({ id: "ef".repeat(16), source: "trace" });
			expect(out[0]).not.toHaveProperty("attempt");
			expect(out[1]).toMatchObject({ id: "ef".repeat(16), attempt: 2, retry_reason: "transport" });
			expect(out[1]).not.toHaveProperty("leg");
			// After a success the same call is another call.
			expect(out[2]).not.toHaveProperty("attempt");
		},
	);
});

describe("a server that asks its client inside a tool", () => {
	it.each(["v1", "v2 legacy"] as const)(
		"[complete.parent_event] %s: names the event of the tool's call, in its operation",
		async (generation) => {
			const near = side(true);
			const far = side(true);
			const { client } = await connect(
				generation,
				askingInside,
				{ client: near, server: far },
				{ capabilities: { elicitation: {} } },
			);
			if (generation === "v1") {
				const { ElicitRequestSchema } = await import("@modelcontextprotocol/sdk/types.js");
				client.setRequestHandler(ElicitRequestSchema, accepting);
			} else client.setRequestHandler("elicitation/create", accepting);
			await client.callTool({ name: "ask" });
			const [call] = far.audit.outcomes("tools/call");
			const [asked] = far.audit.outcomes("elicitation/create");
			const [answered] = near.audit.outcomes("elicitation/create");
			expect(asked?.operation).toMatchObject({
				id: call?.operation?.id,
				source: "extension",
				hop: 0,
				parent_event_id: call?.id,
			});
			expect(answered?.operation).toMatchObject({
				id: call?.operation?.id,
				source: "extension",
				peer_event_id: asked?.id,
			});
		},
	);

	it.each(["v1", "v2 legacy"] as const)(
		"[complete.parent_event] %s: what a handler tells its client is part of its call, unless it is counted with what others tell",
		async (generation) => {
			const far = side();
			const { client } = await connect(generation, telling, { server: far });
			const told = () => far.audit.events.filter(({ type }) => type === "mcp.notification");
			await client.callTool({ name: "tell" });
			const before = told().length;
			const [call] = calls(far);
			expect(told().at(-1)).toMatchObject({
				mcp: { method: "notifications/resources/list_changed" },
				operation: { id: call?.operation?.id, parent_event_id: call?.id },
			});
			await client.callTool({ name: "tell" });
			await client.callTool({ name: "tell" });
			await client.close();
			const [many, ...rest] = told().slice(before);
			expect(rest).toEqual([]);
			expect(many?.count).toBe(2);
			expect(many).not.toHaveProperty("operation");
		},
	);

	it("[complete.parent_event] is not what goes on after the tool has answered", async () => {
		const middle = side(true);
		const far = side(true);
		const behind = await connect("v2 legacy", leaf, { client: middle, server: far });
		let later: Promise<unknown> = Promise.resolve();
		const gateway: Build = (server) => {
			server.registerTool(
				"outer",
				as({}),
				as(async () => {
					later = new Promise((resolve) => setTimeout(resolve, 20)).then(() =>
						behind.client.callTool({ name: "leaf" }),
					);
					return text("done");
				}),
			);
		};
		const { client } = await connect("v2 legacy", gateway, { server: middle });
		await client.callTool({ name: "outer" });
		await later;
		const [inward] = middle.audit.outcomes("tools/call", "server");
		const [outward] = middle.audit.outcomes("tools/call", "client");
		expect(outward?.operation?.id).not.toBe(inward?.operation?.id);
		expect(outward?.operation).not.toHaveProperty("parent_event_id");
		expect(outward?.operation?.hop).toBe(0);
	});

	it("[complete.parent_event] names the intent where one was recorded first", async () => {
		const audit = fakeAudit(() => ({ intent: true }));
		const middle = side(true, audit);
		const far = side(true);
		const behind = await connect("v2 legacy", leaf, { client: middle, server: far });
		const gateway: Build = (server) => {
			server.registerTool(
				"outer",
				as({}),
				as(async () => {
					await behind.client.callTool({ name: "leaf" });
					return text("done");
				}),
			);
		};
		const { client } = await connect("v2 legacy", gateway, { server: middle });
		await client.callTool({ name: "outer" });
		const intents = audit.events.filter(
			({ phase, mcp }) => phase === "intent" && mcp?.method === "tools/call",
		);
		const [inward] = audit.outcomes("tools/call", "server");
		const [outward] = audit.outcomes("tools/call", "client");
		expect(inward?.operation?.intent_id).toBe(intents[0]?.id);
		expect(outward?.operation?.parent_event_id).toBe(intents[0]?.id);
		expect(outward?.operation?.intent_id).toBe(intents[1]?.id);
		expect(far.audit.outcomes("tools/call")[0]?.operation?.peer_event_id).toBe(intents[1]?.id);
	});
});
