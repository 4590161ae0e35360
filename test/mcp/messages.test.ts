import { openAudit } from "@mcp-trail/audit";
import type { StoredEvent } from "@mcp-trail/event";
import { instrumentClient, instrumentServer } from "@mcp-trail/mcp";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
	as,
	fakeAudit,
	generations,
	type FakeAudit,
	type Generation,
	type Transport,
} from "./support.ts";

/** A server that is connected, and the far end of its line, driven by hand. */
async function served(sdk: Generation, audit = fakeAudit()) {
	const server = new sdk.McpServer({ name: "desk", version: "1.0.0" });
	instrumentServer(server, { audit });
	server.registerTool(
		"hanging",
		{},
		as<never>(() => new Promise(() => {})),
	);
	const [near, far] = sdk.pair();
	await server.connect(as(far));
	const receive = (frame: unknown, extra?: unknown): void => far.onmessage?.(frame, extra);
	return { audit, near, far, receive };
}

const notification = (method: string, params?: object) => ({
	jsonrpc: "2.0",
	method,
	...(params && { params }),
});
const answer = (id: unknown) => ({ jsonrpc: "2.0", id, result: {} });
const told = (events: readonly StoredEvent[]) =>
	events
		.filter(({ type }) => type !== "mcp.request" && !type.startsWith("mcp.connection."))
		.map(({ type, count = 1, mcp, outcome }) => [
			type,
			mcp?.method ?? outcome?.reason ?? "",
			count,
		]);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe.each(generations)("$name: what is no request", (sdk) => {
	it("[complete.other_notifications] is recorded, those alike with a count", async () => {
		const { audit, receive } = await served(sdk);
		for (let sent = 0; sent < 5; sent++) receive(notification("notifications/roots/list_changed"));
		receive(notification("acme/hello"));
		expect(told(audit.events)).toEqual([
			["mcp.notification", "notifications/roots/list_changed", 1],
			["mcp.notification", "acme/hello", 1],
		]);
		vi.advanceTimersByTime(10_000);
		expect(told(audit.events).at(-1)).toEqual([
			"mcp.notification",
			"notifications/roots/list_changed",
			4,
		]);
		vi.advanceTimersByTime(10_000);
		expect(audit.events).toHaveLength(4);
		expect(vi.getTimerCount()).toBe(0);
	});

	it("[complete.unmatched] an answer after its request was given up is told from one nobody asked for", async () => {
		const audit = fakeAudit();
		const client = instrumentClient(new sdk.Client({ name: "probe", version: "2.0.0" }), {
			audit,
		});
		const [near, far] = sdk.pair();
		const asked: { id: number; method: string }[] = [];
		Object.assign(far, { onmessage: (frame: never) => void asked.push(frame) });
		const connecting = client.connect(as(near)).catch(() => undefined);
		await vi.advanceTimersByTimeAsync(0);
		near.onmessage?.({
			...answer(asked[0]?.id),
			result: {
				protocolVersion: "2025-06-18",
				capabilities: { tools: {} },
				serverInfo: { name: "s", version: "1" },
			},
		});
		await connecting;
		const call = sdk.callTool(client, { name: "slow" }, { timeout: 50 }).catch(() => undefined);
		await vi.advanceTimersByTimeAsync(60);
		await call;
		const { id } = asked.find(({ method }) => method === "tools/call") ?? {};
		near.onmessage?.(answer(id));
		near.onmessage?.(answer("__proto__"));
		const unmatched = audit.events.filter(({ type }) => type === "mcp.message.unmatched");
		const [timedOut] = audit.outcomes("tools/call", "client");
		expect(unmatched).toMatchObject([
			{
				severity: "low",
				outcome: { status: "rejected", layer: "protocol", reason: "late_response" },
				mcp: { method: "tools/call", request_id: String(id), direction: "server_to_client" },
				operation: { id: timedOut?.operation?.id },
			},
			{ outcome: { reason: "unasked_response" }, mcp: { request_id: "__proto__" } },
		]);
		expect(unmatched[1]?.mcp?.method).toBeUndefined();
	});

	it("[complete.refused] a frame the SDK drops is recorded with what is wrong with it", async () => {
		const { audit, receive, far } = await served(sdk);
		const frames = [
			[[notification("a")], "not_json_rpc"],
			["text", "not_json_rpc"],
			[{ jsonrpc: "1.0", id: 1, method: "ping" }, "not_json_rpc"],
			[{ jsonrpc: "2.0", id: 2, method: "tools/call", params: 5 }, "invalid_params"],
			[{ jsonrpc: "2.0", id: null, method: "ping" }, "not_json_rpc"],
		] as const;
		for (const [frame] of frames) receive(frame);
		far.onerror?.(new SyntaxError("Unexpected token"));
		const reasons = audit.events
			.filter(({ type }) => type === "mcp.message.refused")
			.map(({ outcome }) => outcome?.reason);
		vi.advanceTimersByTime(10_000);
		// Two have neither method nor anything else that tells them apart: the second is counted.
		expect(reasons).toEqual(["not_json_rpc", "not_json_rpc", "invalid_params", "malformed_json"]);
		expect(audit.events.at(-1)).toMatchObject({ type: "mcp.message.refused" });
		const all = audit.events.filter(({ type }) => type === "mcp.message.refused");
		expect(all.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(6);
	});

	it("[complete.connections] a connection opens before its first request and closes with what was cut off", async () => {
		const { audit, near, receive } = await served(sdk);
		receive({ jsonrpc: "2.0", id: 1, method: "ping" });
		await vi.advanceTimersByTimeAsync(1);
		await near.close();
		expect(audit.events.map(({ type }) => type)).toEqual([
			"mcp.connection.opened",
			"mcp.request",
			"mcp.connection.closed",
		]);
		expect(audit.events[2]).toMatchObject({
			outcome: { status: "success" },
			connection: { requests: 1 },
			mcp: { role: "server", transport: "in_memory" },
		});
		const cut = await served(sdk);
		cut.receive({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "hanging" } });
		await cut.near.close();
		expect(cut.audit.events.at(-1)).toMatchObject({
			type: "mcp.connection.closed",
			outcome: { status: "unknown", reason: "connection_closed" },
		});
	});

	it("[complete.connections] one on which nothing ever passed is none", async () => {
		const { audit, near } = await served(sdk);
		await near.close();
		expect(audit.events).toEqual([]);
	});
});

const [v1] = generations;

/** What a transport hands on of a request with a token of this person. */
const from = (sub: string) => ({
	authInfo: { token: "t", clientId: "c", scopes: [], extra: { sub } },
});

class HttpTransport {
	onmessage?: Transport["onmessage"];
	onclose?: Transport["onclose"];
	readonly sessionId: string | undefined;
	constructor(sessionId: string | undefined) {
		this.sessionId = sessionId;
	}
	async start() {}
	async send() {}
	async close() {}
}

/** A server of its own for one transport, as stateless hosts and hosts with sessions make them. */
async function overHttp(audit: FakeAudit, sessionId?: string): Promise<HttpTransport> {
	const server = instrumentServer(new v1.McpServer({ name: "s", version: "1" }), { audit });
	const transport = new HttpTransport(sessionId);
	await server.connect(as(transport));
	return transport;
}

describe("a flood", () => {
	it("[bounded.folded] of frames that are dropped is two events, whatever they hold, and none goes uncounted", async () => {
		const { audit, receive, near } = await served(v1);
		for (let sent = 0; sent < 5000; sent++)
			receive({ jsonrpc: "2.0", id: null, junk: `${sent}${"x".repeat(100)}` });
		for (let sent = 0; sent < 5000; sent++) receive(answer(sent));
		await near.close();
		expect(told(audit.events)).toEqual([
			["mcp.message.refused", "not_json_rpc", 1],
			["mcp.message.unmatched", "unasked_response", 1],
			["mcp.message.refused", "not_json_rpc", 4999],
			["mcp.message.unmatched", "unasked_response", 4999],
		]);
		expect(vi.getTimerCount()).toBe(0);
	});

	it("[bounded.folded] of methods made up by the peer shares one event beyond the table's limit", async () => {
		const { audit, receive } = await served(v1);
		for (let sent = 0; sent < 3000; sent++) receive(notification(`acme/${sent}`));
		vi.advanceTimersByTime(10_000);
		const all = audit.events.filter(({ type }) => type === "mcp.notification");
		expect(all.length).toBe(258);
		expect(all.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(3000);
		expect(all.at(-1)?.count).toBe(3000 - 257);
		// What it shows is nobody's in particular.
		expect(all.at(-1)?.mcp?.method).toBe("?");
		expect(JSON.stringify(all.slice(257))).not.toContain("acme");
	});

	it("[bounded.folded] over transports that serve one request each is one flood", async () => {
		const audit = fakeAudit();
		for (let opened = 0; opened < 50; opened++) {
			const transport = await overHttp(audit);
			transport.onmessage?.(notification("notifications/initialized"));
		}
		vi.advanceTimersByTime(10_000);
		expect(audit.events.map(({ type, count }) => [type, count])).toEqual([
			["mcp.notification", undefined],
			["mcp.notification", 49],
		]);
	});

	it("[bounded.folded] over transports that close after their one request is one flood", async () => {
		const audit = fakeAudit();
		for (let opened = 0; opened < 50; opened++) {
			const transport = await overHttp(audit);
			transport.onmessage?.(notification("notifications/initialized"));
			transport.onclose?.();
		}
		vi.advanceTimersByTime(10_000);
		expect(told(audit.events)).toEqual([
			["mcp.notification", "notifications/initialized", 1],
			["mcp.notification", "notifications/initialized", 49],
		]);
	});

	it("[bounded.folded] of another session is another flood, though each has a server of its own", async () => {
		const audit = fakeAudit();
		for (const sessionId of ["one", "two"]) {
			const transport = await overHttp(audit, sessionId);
			for (let sent = 0; sent < 2; sent++) transport.onmessage?.(notification("acme/hello"));
		}
		vi.advanceTimersByTime(10_000);
		const sessions = audit.events
			.filter(({ type }) => type === "mcp.notification")
			.map(({ mcp }) => mcp?.session_digest);
		expect(sessions).toHaveLength(4);
		expect(new Set(sessions).size).toBe(2);
	});

	it("[bounded.folded] of another person is another flood", async () => {
		const audit = fakeAudit();
		const { receive } = await served(v1, audit);
		for (const who of ["ann", "bob", "ann", "bob"])
			receive(notification("notifications/roots/list_changed"), from(who));
		vi.advanceTimersByTime(10_000);
		const people = audit.events
			.filter(({ type }) => type === "mcp.notification")
			.map(({ actor, count = 1 }) => [actor?.principal?.id, count]);
		expect(people).toEqual([
			["ann", 1],
			["bob", 1],
			["ann", 1],
			["bob", 1],
		]);
	});
});

it("[honest.folded_close] what is being counted when the audit closes is recorded before it stops", async () => {
	vi.useRealTimers();
	const events: StoredEvent[] = [];
	const audit = openAudit({
		service: "test",
		sinks: [
			{
				name: "list",
				delivery: "at_least_once",
				ordered: true,
				limits: { lingerMs: 1 },
				write: async (batch) => void events.push(...batch.map((sealed) => sealed.event)),
			},
		],
	});
	const server = instrumentServer(new v1.McpServer({ name: "s", version: "1" }), { audit });
	const [, far] = v1.pair();
	await server.connect(as(far));
	for (let sent = 0; sent < 7; sent++) far.onmessage?.(notification("acme/hello"));
	const report = await audit.close();
	// It is open still; nothing is held back that could not be written any more.
	for (let sent = 0; sent < 2; sent++) far.onmessage?.(notification("acme/late"));
	expect(audit.health().lost).toBe(2);
	expect(report).toMatchObject({ clean: true, lost: 0 });
	expect(told(events).filter(([type]) => type === "mcp.notification")).toEqual([
		["mcp.notification", "acme/hello", 1],
		["mcp.notification", "acme/hello", 6],
	]);
});
