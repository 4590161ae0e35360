import { instrumentation, instrumentClient, instrumentServer } from "@mcp-trail/mcp";
import { describe, expect, it, vi } from "vitest";
import { as, fakeAudit, generations, type Transport, until } from "./support.ts";

const evil = { name: "evil", version: "6.6.6" };
const named = (event: { actor?: unknown; target?: unknown } | undefined): string =>
	JSON.stringify([event?.actor, event?.target]);

describe.each(generations)("$name", (sdk) => {
	it("[honest.own_name] a client's answer cannot rename the server in the server's own record", async () => {
		const audit = fakeAudit();
		const server = new sdk.McpServer({ name: "desk", version: "1.0.0" });
		const client = new sdk.Client(
			{ name: "probe", version: "2.0.0" },
			as({ capabilities: { roots: {} } }),
		);
		instrumentServer(server, { audit });
		const [a, b] = sdk.pair();
		await server.connect(as(b));
		await client.connect(as(a));
		const peer = as<Transport>(a);
		const before = peer.onmessage;
		const listen = (message: unknown, extra?: unknown): void => {
			const { id, method } = as<{ id?: number; method?: string }>(message);
			if (method === "roots/list")
				void peer.send({
					jsonrpc: "2.0",
					id,
					result: {
						roots: [],
						serverInfo: evil,
						_meta: { "io.modelcontextprotocol/serverInfo": evil },
					},
				});
			else before?.(message, extra);
		};
		Object.assign(peer, { onmessage: listen });
		await server.server.listRoots();
		await client.ping();
		const [roots] = audit.outcomes("roots/list");
		const [ping] = audit.outcomes("ping");
		expect(named(roots)).not.toContain("evil");
		expect(named(ping)).not.toContain("evil");
		expect(ping?.target?.server?.name).toBe("desk");
	});

	it("[honest.own_name] a server's request cannot rename the client in the client's own record", async () => {
		const audit = fakeAudit();
		const server = new sdk.McpServer({ name: "desk", version: "1.0.0" });
		const client = new sdk.Client({ name: "probe", version: "2.0.0" });
		instrumentClient(client, { audit });
		const [a, b] = sdk.pair();
		await server.connect(as(b));
		await client.connect(as(a));
		const peer = as<Transport>(b);
		const meta = { "io.modelcontextprotocol/clientInfo": evil };
		await peer.send({
			jsonrpc: "2.0",
			id: 901,
			method: "initialize",
			params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: evil, _meta: meta },
		});
		await peer.send({ jsonrpc: "2.0", id: 902, method: "ping", params: { _meta: meta } });
		await until(() => audit.outcomes("ping").length === 1);
		await client.ping();
		for (const event of [...audit.outcomes("initialize"), ...audit.outcomes("ping")])
			expect(named(event)).not.toContain("evil");
	});

	it("[honest.executed] a second connect that the SDK refuses leaves what is known of the first alone", async () => {
		const audit = fakeAudit();
		const server = new sdk.McpServer({ name: "desk", version: "1.0.0" });
		instrumentServer(server, { audit });
		server.registerTool(
			"failing",
			{},
			as<never>(async () => ({ content: [{ type: "text", text: "no" }], isError: true })),
		);
		const client = new sdk.Client({ name: "probe", version: "2.0.0" });
		const [a, b] = sdk.pair();
		await server.connect(as(b));
		await client.connect(as(a));
		const [, other] = sdk.pair();
		await server.connect(as(other)).catch(() => undefined);
		await sdk.callTool(client, { name: "failing", arguments: {} }).catch(() => undefined);
		const [call] = audit.outcomes("tools/call");
		expect(call?.outcome).toMatchObject({ status: "failure", executed: "yes" });
	});

	it("[honest.unknown_tool] a tool that was removed or renamed is unknown from then on", async () => {
		const audit = fakeAudit();
		const server = new sdk.McpServer({ name: "desk", version: "1.0.0" });
		instrumentServer(server, { audit });
		const answer = as<never>(async () => ({ content: [] }));
		server.registerTool("stays", {}, answer);
		const removed = server.registerTool("removed", {}, answer);
		const renamed = server.registerTool("before", {}, answer);
		const client = new sdk.Client({ name: "probe", version: "2.0.0" });
		const [a, b] = sdk.pair();
		await server.connect(as(b));
		await client.connect(as(a));
		removed.remove();
		renamed.update({ name: "after" });
		for (const name of ["removed", "before", "after"])
			await sdk.callTool(client, { name, arguments: {} }).catch(() => undefined);
		const calls = audit
			.outcomes("tools/call")
			.map(({ target, outcome }) => [
				target?.name,
				target?.known,
				outcome?.reason ?? outcome?.status,
			]);
		expect(calls).toEqual([
			["removed", false, "unknown_tool"],
			["before", false, "unknown_tool"],
			["after", true, "success"],
		]);
	});

	it("[complete.unsettled_send] an answer whose sending never ends is recorded when the connection closes", async () => {
		const audit = fakeAudit();
		const server = new sdk.McpServer({ name: "desk", version: "1.0.0" });
		instrumentServer(server, { audit });
		const [a, b] = sdk.pair();
		const blocked = as<Transport>(b);
		const send = blocked.send.bind(blocked);
		const near = as<Transport>(a);
		blocked.send = (message) => (send(message).catch(() => undefined), new Promise(() => {}));
		await server.connect(as(b));
		await near.start();
		await near.send({ jsonrpc: "2.0", id: 1, method: "ping" });
		await new Promise((resolve) => setImmediate(resolve));
		expect(audit.outcomes("ping")).toHaveLength(0);
		await near.close();
		await new Promise((resolve) => setImmediate(resolve));
		expect(audit.outcomes("ping").map(({ outcome }) => outcome)).toEqual([
			{ status: "success", executed: "yes" },
		]);
	});

	it("[complete.odd_claims] claims that are no JSON cost no event", async () => {
		const audit = fakeAudit();
		const cyclic: Record<string, unknown> = {};
		cyclic["act"] = cyclic;
		const server = new sdk.McpServer({ name: "desk", version: "1.0.0" });
		instrumentServer(server, { audit });
		server.registerTool(
			"ok",
			{},
			as<never>(async () => ({ content: [] })),
		);
		const [a, b] = sdk.pair();
		await server.connect(as(b));
		const near = as<Transport>(a);
		await near.start();
		const extras = [{ sub: "a" }, { sub: 7n, iss: "https://idp" }, { sub: cyclic, act: cyclic }];
		let id = 0;
		for (const extra of extras) {
			const authInfo = { token: "t", clientId: "c", scopes: [], extra };
			for (const method of ["tools/list", "tools/call"])
				await near.send({ jsonrpc: "2.0", id: id++, method, params: { name: "ok" } }, { authInfo });
		}
		await until(
			() => audit.outcomes("tools/call").length + audit.outcomes("tools/list").length >= 6,
		);
		expect(audit.outcomes("tools/call")).toHaveLength(3);
		for (const [index, event] of audit.outcomes("tools/call").entries())
			expect([index, event.target?.known]).toEqual([index, true]);
		expect(audit.outcomes("tools/call").map(({ actor }) => actor?.principal.id)).toEqual([
			"a",
			"7",
			undefined,
		]);
	});
});

describe("an auth that throws", () => {
	it.each(generations)("[complete.odd_claims] costs $name no event", async (sdk) => {
		const audit = fakeAudit();
		const warnings: unknown[] = [];
		const server = new sdk.McpServer({ name: "desk", version: "1.0.0" });
		instrumentation({ audit, onWarning: (warning) => void warnings.push(warning) }).server(server);
		const [a, b] = sdk.pair();
		await server.connect(as(b));
		const near = as<Transport>(a);
		await near.start();
		const authInfo = {
			token: "t",
			get extra(): never {
				throw new Error("no extra");
			},
		};
		await near.send({ jsonrpc: "2.0", id: 1, method: "ping" }, { authInfo });
		await until(() => audit.outcomes("ping").length === 1);
		expect(audit.outcomes("ping")[0]?.actor?.principal).toEqual({
			type: "unknown",
			assurance: "none",
			source: "none",
		});
		expect(warnings).toHaveLength(1);
	});
});

it("[bounded.idle_connection] a transport that nobody closes is not held once its requests are done", async () => {
	vi.useFakeTimers();
	try {
		const audit = fakeAudit();
		const [sdk] = generations;
		const server = new sdk.Server({ name: "desk", version: "1.0.0" }, { capabilities: {} });
		instrumentServer(server, { audit });
		const [a, b] = sdk.pair();
		await server.connect(as(b));
		const near = as<Transport>(a);
		await near.start();
		await near.send({ jsonrpc: "2.0", id: 1, method: "ping" });
		await vi.advanceTimersByTimeAsync(60_000);
		expect(audit.outcomes("ping")).toHaveLength(1);
		expect(vi.getTimerCount()).toBe(0);
	} finally {
		vi.useRealTimers();
	}
});
