import { PassThrough } from "node:stream";
import { InMemoryTransport as Memory1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer as McpServer1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport as Stdio1 } from "@modelcontextprotocol/sdk/server/stdio.js";
import {
	InMemoryTransport as Memory2,
	McpServer as McpServer2,
} from "@modelcontextprotocol/server";
import { StdioServerTransport as Stdio2 } from "@modelcontextprotocol/server/stdio";
import { describe, expect, it } from "vitest";
import type { Ending, Observation, Refusal } from "../observer.ts";
import { hookPeer } from "./hook-peer.ts";

function is<T>(_value: unknown, _like?: T): _value is T {
	return true;
}
/** Takes a value for what the test knows it to be. */
function as<T>(value: unknown, _like?: T): T {
	if (!is<T>(value)) throw new TypeError("never");
	return value;
}

interface Wire {
	send(frame: unknown): Promise<void>;
	close(): Promise<void>;
	readonly answers: Record<string, unknown>[];
}

/** The far end of a pair in memory. */
function memory(pair: () => [unknown, unknown]) {
	const [near, far] = pair();
	const answers: Record<string, unknown>[] = [];
	const end = as<Wire>(near);
	Object.assign(end, { onmessage: (frame: Record<string, unknown>) => answers.push(frame) });
	return {
		transport: far,
		wire: { send: (frame: unknown) => end.send(frame), close: () => end.close(), answers },
	};
}

/** The far end of a stdio transport on two streams. */
function stdio(make: (input: PassThrough, output: PassThrough) => unknown) {
	const input = new PassThrough();
	const output = new PassThrough();
	const answers: Record<string, unknown>[] = [];
	let rest = "";
	output.setEncoding("utf8").on("data", (chunk: string) => {
		const lines = (rest + chunk).split("\n");
		rest = lines.pop() ?? "";
		for (const line of lines) answers.push(as(JSON.parse(line)));
	});
	const transport = make(input, output);
	const wire: Wire = {
		async send(frame) {
			input.write(`${JSON.stringify(frame)}\n`);
		},
		close: () => as<Wire>(transport).close(),
		answers,
	};
	return { transport, wire };
}

const cells = [
	["v1 in memory", McpServer1, () => memory(() => Memory1.createLinkedPair())],
	["v2 in memory", McpServer2, () => memory(() => Memory2.createLinkedPair())],
	["v1 stdio", McpServer1, () => stdio((input, output) => new Stdio1(input, output))],
	["v2 stdio", McpServer2, () => stdio((input, output) => new Stdio2(input, output))],
] as const;

const request = (id: unknown) => ({
	jsonrpc: "2.0",
	id,
	method: "tools/call",
	params: { name: "act", arguments: {} },
});
const cancel = (requestId: unknown) => ({
	jsonrpc: "2.0",
	method: "notifications/cancelled",
	params: { requestId },
});
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

async function until(holds: () => boolean): Promise<void> {
	for (const deadline = Date.now() + 5000; !holds(); await settle())
		if (Date.now() > deadline) throw new Error("timed out");
}

/** A server with one tool, whose requests all wait until they are admitted. */
async function gated(cell: (typeof cells)[number], more: { maxOpen?: number } = {}) {
	const [, McpServer, make] = cell;
	const server = as<McpServer1>(new McpServer({ name: "s", version: "1" }));
	const endings: Ending[] = [];
	const faults: unknown[] = [];
	const admits: ((refusal?: Refusal) => void)[] = [];
	const rejects: ((error: Error) => void)[] = [];
	let runs = 0;
	hookPeer(
		server,
		{
			role: "server",
			maxOpen: 2000,
			openTtlMs: 60_000,
			readAuth: () => undefined,
			onFault: (fault) => faults.push(fault),
			warn: () => undefined,
			...more,
		},
		[
			{
				key: "gate",
				observer: {
					request: (): Observation => ({
						admit: new Promise((resolve, reject) => {
							admits.push(resolve);
							rejects.push(reject);
						}),
						end: (ending) => void endings.push(ending),
					}),
				},
			},
		],
	);
	server.registerTool("act", {}, () => {
		runs++;
		return { content: [] };
	});
	const { transport, wire } = make();
	await server.connect(as(transport));
	const admitAll = (refusal?: Refusal): void => admits.forEach((admit) => admit(refusal));
	return { wire, endings, faults, admits, admitAll, rejects, server, runs: () => runs };
}

describe.each(cells.map((cell) => ({ name: cell[0], cell })))("$name", ({ cell }) => {
	it("[failclosed.held_cancel] 1,000 cancels in the gap: 0 handlers run", async () => {
		const { wire, endings, admits, admitAll, runs } = await gated(cell);
		for (let id = 0; id < 1000; id++) await wire.send(request(id));
		await until(() => admits.length === 1000);
		for (let id = 0; id < 1000; id++) await wire.send(cancel(id));
		await until(() => endings.length === 1000);
		admitAll();
		await settle();
		expect(runs()).toBe(0);
		expect(endings.every(({ how, entered }) => how === "cancelled" && entered === false)).toBe(
			true,
		);
		expect(wire.answers).toEqual([]);
	});

	it("goes on when it is admitted, and is answered", async () => {
		const { wire, endings, admits, admitAll, runs } = await gated(cell);
		await wire.send(request(1));
		await until(() => admits.length === 1);
		expect(runs()).toBe(0);
		admitAll();
		await until(() => wire.answers.length === 1);
		await settle();
		expect(runs()).toBe(1);
		expect(endings).toMatchObject([{ how: "answered", entered: true }]);
	});

	it("is refused with a clear error", async () => {
		const { wire, endings, admits, admitAll, runs } = await gated(cell);
		await wire.send(request(1));
		await until(() => admits.length === 1);
		admitAll({ code: -32603, message: "not recorded", reason: "not_recorded" });
		await until(() => wire.answers.length === 1);
		expect(wire.answers).toEqual([
			{ jsonrpc: "2.0", id: 1, error: { code: -32603, message: "not recorded" } },
		]);
		expect(runs()).toBe(0);
		expect(endings).toMatchObject([{ how: "refused", reason: "not_recorded", entered: false }]);
	});

	it("[failclosed.broken_gate] is refused when the admission itself fails", async () => {
		const { wire, endings, rejects, runs } = await gated(cell);
		await wire.send(request(1));
		await until(() => rejects.length === 1);
		rejects[0]?.(new Error("disk"));
		await until(() => wire.answers.length === 1);
		expect(wire.answers[0]).toMatchObject({ id: 1, error: { code: -32603 } });
		expect(JSON.stringify(wire.answers)).not.toContain("disk");
		expect(runs()).toBe(0);
		expect(endings).toMatchObject([{ how: "refused", entered: false }]);
	});

	it("[failclosed.held_close] leaves the queue when its connection closes", async () => {
		const { wire, endings, admits, admitAll, runs, server } = await gated(cell);
		for (let id = 1; id <= 100; id++) await wire.send(request(id));
		await until(() => admits.length === 100);
		await server.close();
		admitAll();
		await settle();
		expect(runs()).toBe(0);
		expect(endings).toHaveLength(100);
		expect(endings.every(({ how, entered }) => how === "cancelled" && entered === false)).toBe(
			true,
		);
	});

	it("[bounded.held] is told when it is given up at the cap, and never runs", async () => {
		const { wire, endings, admits, admitAll, runs } = await gated(cell, { maxOpen: 2 });
		for (let id = 1; id <= 3; id++) await wire.send(request(id));
		await until(() => wire.answers.length === 1);
		expect(wire.answers).toMatchObject([{ id: 1, error: { code: -32603 } }]);
		expect(endings).toMatchObject([{ how: "evicted", entered: false }]);
		expect(admits).toHaveLength(3);
		admitAll();
		await until(() => wire.answers.length === 3);
		expect(runs()).toBe(2);
	});
});

it("an HTTP caller that hangs up while it is held never reaches the SDK", async () => {
	const endings: Ending[] = [];
	const handled: unknown[] = [];
	const admits: (() => void)[] = [];
	const line = { send: async () => {}, onmessage: (_frame: unknown, _extra?: unknown): void => {} };
	const peer = {
		async connect(given: typeof line) {
			Object.assign(given, { onmessage: (frame: unknown) => handled.push(frame) });
		},
	};
	hookPeer(
		peer,
		{
			role: "server",
			maxOpen: 10,
			openTtlMs: 60_000,
			readAuth: () => undefined,
			onFault: () => undefined,
			warn: () => undefined,
		},
		[
			{
				key: "gate",
				observer: {
					request: () => ({
						admit: new Promise<undefined>((resolve) => void admits.push(() => resolve(undefined))),
						end: (ending) => void endings.push(ending),
					}),
				},
			},
		],
	);
	await peer.connect(line);
	const caller = new AbortController();
	const carried = new Request("http://localhost/mcp", { method: "POST", signal: caller.signal });
	line.onmessage(request(1), { request: carried });
	caller.abort();
	admits[0]?.();
	await settle();
	expect(handled).toEqual([]);
	expect(endings).toMatchObject([{ how: "cancelled", reason: "stream_closed", entered: false }]);
});
