import { AsyncLocalStorage } from "node:async_hooks";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Client as Client2 } from "@modelcontextprotocol/client";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport as Memory1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer as McpServer1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import {
	createMcpHandler,
	InMemoryTransport as Memory2,
	McpServer as McpServer2,
	requireScopes,
	WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { describe, expect, it, vi } from "vitest";
import type { Ending, Exchange, Observation, Observer, Seen } from "../observer.ts";
import { hookPeer, type PeerOptions } from "./hook-peer.ts";

type Frame = Record<string, unknown>;
type Send = (frame: unknown) => Promise<void>;

function is<T>(_value: unknown, _like?: T): _value is T {
	return true;
}
/** Takes a value for what the test knows it to be. */
function as<T>(value: unknown, _like?: T): T {
	if (!is<T>(value)) throw new TypeError("never");
	return value;
}

interface Log {
	readonly ended: { readonly exchange: Exchange; readonly ending: Ending }[];
	readonly refused: Seen[];
	readonly unmatched: Seen[];
	readonly observer: Observer;
	closed: number;
	/** `method:how` of every ending. */
	endings(): string[];
}

function log(more: Partial<Observation> = {}): Log {
	const seen: Log = {
		ended: [],
		refused: [],
		unmatched: [],
		closed: 0,
		endings: () => seen.ended.map(({ exchange, ending }) => `${exchange.method}:${ending.how}`),
		observer: {
			request: (exchange) => ({
				...more,
				end: (ending) => void seen.ended.push({ exchange, ending }),
			}),
			refused: (frame) => void seen.refused.push(frame),
			unmatched: (frame) => void seen.unmatched.push(frame),
			closed: () => void seen.closed++,
		},
	};
	return seen;
}

const failures: unknown[] = [];

function hook<T>(target: T, role: "client" | "server", seen: Log, more?: Partial<PeerOptions>): T {
	const options: PeerOptions = {
		role,
		maxOpen: 100,
		openTtlMs: 60_000,
		readAuth: () => undefined,
		onFault: (fault) => failures.push(fault),
		warn: () => undefined,
		...more,
	};
	hookPeer(target, options, [{ key: seen, observer: seen.observer }]);
	return target;
}

/** A transport driven by hand, and the peer that connects it as the SDKs do: callbacks first, then start. */
function bare(transport: Frame = {}) {
	const sent: unknown[] = [];
	const handled: unknown[] = [];
	const line: Frame & { onmessage?: (message: unknown, extra?: unknown) => void } = Object.assign(
		transport,
		{
			async start() {},
			async send(message: unknown) {
				sent.push(message);
			},
			async close() {
				as<{ onclose?: () => void }>(line).onclose?.();
			},
		},
	);
	const peer = {
		async connect(given: Frame) {
			given["onclose"] = () => {};
			given["onmessage"] = (message: unknown) => handled.push(message);
			await as<{ start(): Promise<void> }>(given).start();
		},
	};
	return { line, peer, sent, handled };
}

async function open(role: "client" | "server", more: Partial<Observation> = {}) {
	const seen = log(more);
	const driven = bare();
	const { line, peer } = driven;
	hook(peer, role, seen);
	await peer.connect(line);
	const receive = (frame: unknown, extra?: unknown): void => line.onmessage?.(frame, extra);
	const send = (frame: unknown, options?: unknown): Promise<void> =>
		as<{ send(frame: unknown, options?: unknown): Promise<void> }>(line).send(frame, options);
	return { ...driven, seen, receive, send };
}

const request = (id: unknown, method = "tools/call", params?: unknown): Frame => ({
	jsonrpc: "2.0",
	id,
	method,
	...(params === undefined ? {} : { params }),
});
const result = (id: unknown): Frame => ({ jsonrpc: "2.0", id, result: {} });
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function tools2(server = new McpServer2({ name: "s", version: "1" })) {
	server.registerTool("free", {}, () => ({ content: [] }));
	server.registerTool("guarded", { scopeChallenge: requireScopes("tickets:write") }, () => ({
		content: [],
	}));
	return server;
}

const modern = (body: Frame, name?: string): Request =>
	new Request("http://localhost/mcp", {
		method: "POST",
		headers: {
			"content-type": "application/json",
			accept: "application/json, text/event-stream",
			"mcp-protocol-version": "2026-07-28",
			"mcp-method": String(body["method"]),
			...(name === undefined ? {} : { "mcp-name": name }),
		},
		body: JSON.stringify(body),
	});
const envelope = {
	_meta: {
		"io.modelcontextprotocol/protocolVersion": "2026-07-28",
		"io.modelcontextprotocol/clientCapabilities": {},
	},
};

describe("[wire.trap_1] trap 1: optional transport methods are duck-typed", () => {
	it.each([false, true])("the scope check stays (hooked: %s)", async (hooked) => {
		const server = tools2();
		if (hooked) hook(server, "server", log());
		const transport = new WebStandardStreamableHTTPServerTransport({});
		await server.connect(transport);
		const response = await transport.handleRequest(
			new Request("http://localhost/mcp", {
				method: "POST",
				headers: {
					"content-type": "application/json",
					accept: "application/json, text/event-stream",
				},
				body: JSON.stringify(request(1, "tools/call", { name: "guarded", arguments: {} })),
			}),
			{ authInfo: { token: "t", clientId: "c", scopes: [] } },
		);
		expect(response.status).toBe(403);
	});
});

describe("[wire.trap_2] trap 2: a per-request transport maps early errors to HTTP statuses", () => {
	it("an unknown method is still 404, a known one 200", async () => {
		const seen = log();
		const handler = createMcpHandler(() => hook(tools2(), "server", seen));
		const unknown = await handler.fetch(modern(request(1, "no/such", envelope)));
		expect(unknown.status).toBe(404);
		await unknown.text();
		expect(seen.endings()).toEqual(["no/such:answered"]);
	});
});

describe("[wire.trap_3] trap 3: a per-request transport closes itself within a microtask of send", () => {
	it("the request is answered, not cut off", async () => {
		const seen = log();
		const handler = createMcpHandler(() => hook(tools2(), "server", seen));
		const params = { ...envelope, name: "free", arguments: {} };
		const response = await handler.fetch(modern(request(1, "tools/call", params), "free"));
		expect(response.status).toBe(200);
		await response.text();
		await settle();
		expect(seen.endings()).toEqual(["tools/call:answered"]);
		expect(seen.ended[0]?.exchange.era).toBe("modern");
	});
});

it('[wire.trap_4] trap 4: id "3" answers request 3, as the SDK takes it', async () => {
	const { seen, send, receive } = await open("client");
	await send(request(3));
	receive(result("3"));
	expect(seen.endings()).toEqual(["tools/call:answered"]);
	expect(seen.unmatched).toEqual([]);
});

it("[wire.trap_5] trap 5: an error frame with id null does not end request 0", async () => {
	const { seen, send, receive } = await open("client");
	await send(request(0));
	const error = { jsonrpc: "2.0", id: null, error: { code: -32700, message: "x" } };
	receive(error);
	expect(seen.endings()).toEqual([]);
	expect(seen.refused.map(({ message }) => message)).toEqual([error]);
});

describe("[wire.trap_6] trap 6: frames the SDK drops open no exchange", () => {
	it.each([
		["id null", request(null)],
		["a fraction as id", request(1.5)],
		["an object as id", request({})],
		["params that are an array", request(1, "tools/call", [])],
		["params that are text", request(1, "tools/call", "x")],
		["_meta that is no object", request(1, "tools/call", { _meta: 5 })],
		["a progress token that is no id", request(1, "ping", { _meta: { progressToken: {} } })],
		["a member too many", { ...request(1, "ping"), extra: 1 }],
		["another version", { ...request(1, "ping"), jsonrpc: "1.0" }],
		["a batch", [request(1, "ping")]],
		["text", "x"],
		["nothing", null],
	])("%s", async (_, frame) => {
		// What a bare server of either generation does with it is the oracle: no answer.
		for (const [server, [near, far]] of [
			[new McpServer1({ name: "s", version: "1" }), Memory1.createLinkedPair()],
			[new McpServer2({ name: "s", version: "1" }), Memory2.createLinkedPair()],
		] as const) {
			const answers: unknown[] = [];
			const seen = log();
			hook(server, "server", seen);
			as<Frame>(near)["onmessage"] = (message: unknown) => answers.push(message);
			await as<{ connect(transport: unknown): Promise<void> }>(server).connect(far);
			await as<{ send(frame: unknown): Promise<void> }>(near).send(frame);
			await settle();
			expect(answers).toEqual([]);
			expect(seen.refused.map(({ message }) => message)).toEqual([frame]);
			// The exchange table is empty: closing ends nothing.
			await near.close();
			expect(seen.endings()).toEqual([]);
		}
	});

	it("every frame they answer is a request", async () => {
		for (const id of [0, -1, "", "x", 2 ** 53 - 1])
			for (const [server, [near, far]] of [
				[new McpServer1({ name: "s", version: "1" }), Memory1.createLinkedPair()],
				[new McpServer2({ name: "s", version: "1" }), Memory2.createLinkedPair()],
			] as const) {
				const seen = log();
				hook(server, "server", seen);
				await as<{ connect(transport: unknown): Promise<void> }>(server).connect(far);
				await as<{ send(frame: unknown): Promise<void> }>(near).send(request(id, "ping"));
				await settle();
				expect(seen.endings()).toEqual(["ping:answered"]);
			}
	});
});

describe("[wire.trap_7] trap 7: messages may be delivered during start()", () => {
	it.each([
		["v1", () => new McpServer1({ name: "s", version: "1" }), () => Memory1.createLinkedPair()],
		["v2", () => new McpServer2({ name: "s", version: "1" }), () => Memory2.createLinkedPair()],
	] as const)("%s", async (_, make, pair) => {
		const seen = log();
		const server = make();
		hook(server, "server", seen);
		const [near, far] = pair();
		await as<{ send(frame: unknown): Promise<void> }>(near).send(request(1, "ping"));
		await as<{ connect(transport: unknown): Promise<void> }>(server).connect(far);
		await settle();
		expect(seen.endings()).toEqual(["ping:answered"]);
	});
});

it("[wire.trap_8] trap 8: the negotiation of a 2.x client saves and restores callbacks and keeps working", async () => {
	const seen = log();
	const client = hook(
		new Client2({ name: "c", version: "1" }, { versionNegotiation: { mode: "auto" } }),
		"client",
		seen,
	);
	const server = tools2();
	const [near, far] = Memory2.createLinkedPair();
	await server.connect(far);
	await client.connect(near);
	expect((await client.listTools()).tools).toHaveLength(2);
	expect(seen.endings()).toEqual([
		"server/discover:answered",
		"initialize:answered",
		"tools/list:answered",
	]);
});

describe("[system.custom_transports] [wire.trap_9] [wire.trap_10] traps 9 and 10: accessors on the prototype, private fields", () => {
	class Guarded {
		#listener: ((message: unknown) => void) | undefined;
		#sent: unknown[] = [];
		onclose: (() => void) | undefined;
		onerror: ((error: Error) => void) | undefined;
		get onmessage() {
			return this.#listener;
		}
		set onmessage(listener: ((message: unknown) => void) | undefined) {
			this.#listener = listener;
		}
		async start() {}
		async send(message: unknown) {
			this.#sent.push(message);
		}
		async close() {
			this.onclose?.();
		}
		deliver(message: unknown) {
			this.#listener?.(message);
		}
		get sent() {
			return this.#sent;
		}
	}

	it.each([
		["v1", () => new McpServer1({ name: "s", version: "1" })],
		["v2", () => new McpServer2({ name: "s", version: "1" })],
	] as const)("trap 9, trap 10: %s works on such a transport", async (_, make) => {
		const seen = log();
		const server = make();
		hook(server, "server", seen);
		const transport = new Guarded();
		await as<{ connect(transport: unknown): Promise<void> }>(server).connect(transport);
		transport.deliver(request(1, "ping"));
		await settle();
		expect(transport.sent).toEqual([result(1)]);
		expect(seen.endings()).toEqual(["ping:answered"]);
	});
});

describe("[wire.trap_11] trap 11: hooked twice, or wrapped by another tool", () => {
	it("is one event for each observer", async () => {
		const first = log();
		const second = log();
		const { line, peer, handled } = bare();
		hook(peer, "server", first);
		hook(peer, "server", first);
		hook(peer, "server", second);
		await peer.connect(line);
		const { onmessage } = line;
		Object.assign(line, {
			onmessage: (message: unknown, extra: unknown) => onmessage?.(message, extra),
		});
		const inner = as<{ send: Send }>(line);
		const wrapped = inner.send.bind(line);
		inner.send = (frame) => wrapped(frame);
		line.onmessage?.(request(1));
		await inner.send(result(1));
		await settle();
		expect(first.endings()).toEqual(["tools/call:answered"]);
		expect(second.endings()).toEqual(["tools/call:answered"]);
		expect(handled).toHaveLength(1);
	});

	it("the one transport of two peers in turn is hooked once", async () => {
		const { line, seen, receive } = await open("server");
		const again = bare();
		const other = log();
		hook(again.peer, "server", other);
		await as<{ close(): Promise<void> }>(line).close();
		await again.peer.connect(line);
		receive(request(1));
		expect(seen.endings()).toEqual([]);
		await as<{ close(): Promise<void> }>(line).close();
		expect(other.endings()).toEqual(["tools/call:connection_closed"]);
	});
});

it("[wire.trap_12] trap 12: a transport that says twice that it closed is closed once", async () => {
	const seen = log();
	const server = hook(new McpServer1({ name: "s", version: "1" }), "server", seen);
	const client = new Client1({ name: "c", version: "1" });
	const [near, far] = Memory1.createLinkedPair();
	const said = vi.fn<() => void>();
	Object.assign(far, { onclose: said });
	await server.connect(far);
	await client.connect(near);
	await server.close();
	expect(said.mock.calls.length).toBeGreaterThanOrEqual(2);
	expect(seen.closed).toBe(1);
});

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Runs a 1.x stdio server with a request left open, ends its input, and says what it wrote and how it went. */
async function runStdio(hooked: boolean) {
	const program = `
		import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
		import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
		import { instrumentation } from ${JSON.stringify(file("../instrumentation.ts"))};
		const server = new McpServer({ name: "s", version: "1" });
		if (${hooked}) instrumentation().server(server);
		server.registerTool("hang", {}, () => new Promise(() => {}));
		await server.connect(new StdioServerTransport());`;
	const child = spawn(
		process.execPath,
		["--conditions=@mcp-trail/source", "--import", "tsx", "--input-type=module", "-e", program],
		{ cwd: file("../.."), stdio: ["pipe", "pipe", "inherit"] },
	);
	let out = "";
	child.stdout.setEncoding("utf8").on("data", (chunk: string) => (out += chunk));
	const frames = [
		request(1, "ping"),
		request(2, "tools/list"),
		request(3, "tools/call", { name: "hang" }),
		request(null, "ping"),
		request(4, "no/such"),
	];
	for (const frame of frames) child.stdin.write(`${JSON.stringify(frame)}\n`);
	while (out.split("\n").length < 4) await once(child.stdout, "data");
	child.stdin.end();
	const [code] = await once(child, "exit");
	return { out, code: as<number>(code) };
}

describe("[wire.trap_13] [wire.trap_14] traps 13 and 14: a stdio server", () => {
	it("[system.custom_transports] [wire.trap_13] [wire.trap_14] trap 13, trap 14: leaves when its input ends, and writes to stdout what the bare one does", async () => {
		const [bareRun, hookedRun] = await Promise.all([runStdio(false), runStdio(true)]);
		expect(hookedRun).toEqual(bareRun);
		expect(hookedRun.code).toBe(0);
	}, 20_000);
});

describe("[wire.trap_15] trap 15: peers in one process share message objects", () => {
	it("the message that is sent is a copy where something is added, else the very object", async () => {
		const adding = await open("client", { meta: { traceparent: "00-1", own: "hook" } });
		const params = Object.freeze({ name: "x", _meta: Object.freeze({ own: "caller" }) });
		const message = Object.freeze(request(1, "tools/call", params));
		await adding.send(message);
		expect(adding.sent[0]).toEqual(
			request(1, "tools/call", { name: "x", _meta: { traceparent: "00-1", own: "caller" } }),
		);
		expect(adding.sent[0]).not.toBe(message);
		const silent = await open("client");
		await silent.send(message);
		expect(silent.sent[0]).toBe(message);
	});

	it("a response is shown while it is still as it was handed over", async () => {
		const shown: string[] = [];
		const { receive, line } = await open("server", {
			answered: (response) => void shown.push(JSON.stringify(response)),
		});
		receive(request(1));
		const response = { jsonrpc: "2.0", id: 1, result: { text: "as sent" } };
		const sending = as<{ send(frame: unknown): Promise<void> }>(line).send(response);
		response.result.text = "changed";
		await sending;
		expect(shown).toEqual(['{"jsonrpc":"2.0","id":1,"result":{"text":"as sent"}}']);
	});
});

it("[wire.trap_17] trap 17: an id reused while it is open ends the older request", async () => {
	const { seen, receive, send } = await open("server");
	receive(request(7, "tools/call"));
	receive(request(7, "tools/list"));
	await send(result(7));
	await settle();
	expect(seen.endings()).toEqual(["tools/call:superseded", "tools/list:answered"]);
});

it("[wire.trap_18] trap 18: nothing of the texts that transports report as errors is taken", async () => {
	const transport: Frame = {};
	const { peer } = bare(transport);
	const seen = log();
	hook(peer, "server", seen);
	const onerror = vi.fn<(error: unknown) => void>();
	transport["onerror"] = onerror;
	await peer.connect(transport);
	// As both SDKs do: the handler before theirs is called within it.
	const before = as<typeof onerror>(transport["onerror"]);
	transport["onerror"] = (error: unknown) => before(error);
	const zod = Object.assign(new Error("a dump of the SECRET"), { issues: [{ path: ["SECRET"] }] });
	const report = as<typeof onerror>(transport["onerror"]);
	for (const error of [new SyntaxError("SECRET"), zod, new Error("EPIPE"), "text", hostile()])
		report(error);
	expect(onerror).toHaveBeenCalledTimes(5);
	expect(seen.refused.map(({ misfit }) => misfit)).toEqual(["malformed_json", "not_json_rpc"]);
	expect(seen.refused.map(({ message }) => message)).toEqual([undefined, undefined]);
});

describe("[wire.trap_19] trap 19: what cannot be hooked", () => {
	it("a frozen transport is reported once and passed on as it is", async () => {
		const seen = log();
		const warn = vi.fn<PeerOptions["warn"]>();
		const connect = vi.fn<(transport: unknown) => Promise<void>>(async () => {});
		const peer = hook({ connect }, "server", seen, { warn });
		const transport = Object.freeze({ send() {} });
		await peer.connect(transport);
		expect(connect).toHaveBeenCalledWith(transport);
		expect(connect.mock.calls[0]?.[0]).toBe(transport);
		expect(warn).toHaveBeenCalledOnce();
		expect(warn.mock.calls[0]?.[0]).toBe("transport_frozen");
	});

	it("an array that somebody sends himself passes untouched and is no request", async () => {
		const { seen, send, sent, line } = await open("client");
		const batch = [request(1), request(2)];
		await send(batch);
		expect(sent[0]).toBe(batch);
		await as<{ close(): Promise<void> }>(line).close();
		expect(seen.endings()).toEqual([]);
	});
});

it("[wire.trap_20] trap 20: a send runs inside the context of its request", async () => {
	const context = new AsyncLocalStorage<string>();
	const { line, peer } = bare();
	const inside: unknown[] = [];
	Object.assign(line, { send: async () => void inside.push(context.getStore()) });
	const seen = log({ run: (fn) => context.run("span", fn) });
	hook(peer, "client", seen);
	await peer.connect(line);
	await as<{ send(frame: unknown): Promise<void> }>(line).send(request(1));
	expect(inside).toEqual(["span"]);
});

const failing = () => ({ connect: () => Promise.reject(new Error("no server")) });

describe("an observer cannot harm the host", () => {
	it.each<[string, Partial<Observation>]>([
		["throws in run", { run: () => as<never>(thrower()) }],
		["does not call", { run: () => as<never>(undefined) }],
		["calls twice", { run: (fn) => (fn(), fn()) }],
		["throws after the call", { run: (fn) => (fn(), as<never>(thrower())) }],
		["throws in answered", { answered: thrower }],
	])("one that %s", async (_, broken) => {
		const { receive, handled, send, sent, seen } = await open("server", broken);
		receive(request(1));
		await send(result(1));
		await settle();
		expect(handled).toHaveLength(1);
		expect(sent).toHaveLength(1);
		expect(seen.endings()).toEqual(["tools/call:answered"]);
		failures.length = 0;
	});

	it("a connect that fails and that nobody awaits is an unhandled rejection, as bare", async () => {
		const unhandled: unknown[] = [];
		const listeners = process.listeners("unhandledRejection");
		process.removeAllListeners("unhandledRejection");
		process.on("unhandledRejection", (reason) => unhandled.push(String(reason)));
		try {
			void hook(failing(), "client", log()).connect();
			await settle();
			expect(unhandled).toEqual(["Error: no server"]);
			await expect(hook(failing(), "client", log()).connect()).rejects.toThrow("no server");
			await settle();
			expect(unhandled).toHaveLength(1);
		} finally {
			process.removeAllListeners("unhandledRejection");
			for (const listener of listeners) process.on("unhandledRejection", listener);
		}
	});

	it("what the host itself throws is the host's to see", async () => {
		const { line, receive } = await open("server", { run: (fn) => fn() });
		Object.assign(line, { onmessage: thrower });
		expect(() => receive(request(1))).toThrow("thrown");
	});
});

describe("bounds", () => {
	it("[bounded.open_requests] the oldest ends evicted at the cap, and its late answer is unmatched", async () => {
		const seen = log();
		const { line, peer } = bare();
		hook(peer, "server", seen, { maxOpen: 2 });
		await peer.connect(line);
		for (const id of [1, 2, 3]) line.onmessage?.(request(id));
		expect(seen.ended.map(({ exchange, ending }) => [exchange.id, ending.how])).toEqual([
			[1, "evicted"],
		]);
		await as<{ send(frame: unknown): Promise<void> }>(line).send(result(1));
		expect(seen.unmatched).toHaveLength(1);
	});

	it("[complete.evicted_pairing] an answer ends the request of its very id, not one that reads alike", async () => {
		const seen = log();
		const { line, peer } = bare();
		hook(peer, "server", seen, { maxOpen: 1 });
		await peer.connect(line);
		line.onmessage?.(request("3", "tools/call"));
		line.onmessage?.(request(3, "tools/list"));
		for (const id of ["3", 3]) await as<{ send: Send }>(line).send(result(id));
		expect(seen.endings()).toEqual(["tools/call:evicted", "tools/list:answered"]);
		expect(seen.ended[1]?.ending.response?.["id"]).toBe(3);
		expect(seen.unmatched).toHaveLength(1);
	});

	it("[bounded.open_ttl] a request nobody answers ends evicted after its time to live", async () => {
		vi.useFakeTimers();
		try {
			const seen = log();
			const { line, peer } = bare();
			hook(peer, "server", seen, { openTtlMs: 1000 });
			await peer.connect(line);
			line.onmessage?.(request(1));
			vi.advanceTimersByTime(2001);
			expect(seen.endings()).toEqual(["tools/call:evicted"]);
			expect(vi.getTimerCount()).toBe(0);
		} finally {
			vi.useRealTimers();
		}
	});
});

it("a 1.x SDK does not heed a cancellation of request 0, a 2.x SDK does", async () => {
	for (const [server, pair, ends] of [
		[new McpServer1({ name: "s", version: "1" }), Memory1.createLinkedPair(), "answered"],
		[new McpServer2({ name: "s", version: "1" }), Memory2.createLinkedPair(), "cancelled"],
	] as const) {
		const seen = log();
		let worked = false;
		hook(server, "server", seen);
		const slow = as<McpServer1>(server);
		slow.registerTool("slow", {}, async () => {
			await new Promise((resolve) => setTimeout(resolve, 20));
			worked = true;
			return { content: [] };
		});
		const [near, far] = pair;
		const answered: unknown[] = [];
		as<Frame>(near)["onmessage"] = (message: unknown) => answered.push(message);
		await as<{ connect(transport: unknown): Promise<void> }>(server).connect(far);
		const client = as<{ send: Send }>(near);
		await client.send(request(0, "tools/call", { name: "slow" }));
		await client.send({
			jsonrpc: "2.0",
			method: "notifications/cancelled",
			params: { requestId: 0 },
		});
		// A busy machine may be slow to run the tool; what follows its end is a matter of microtasks.
		await vi.waitFor(() => expect(worked).toBe(true), { timeout: 10_000 });
		await new Promise((resolve) => setTimeout(resolve, 10));
		expect(seen.endings()).toEqual([`tools/call:${ends}`]);
		expect(answered).toHaveLength(ends === "answered" ? 1 : 0);
	}
});

function thrower(): void {
	throw new Error("thrown");
}

/** An error that throws when it is looked at. */
function hostile(): unknown {
	return new Proxy({}, { get: thrower });
}
