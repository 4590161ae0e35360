import { AsyncLocalStorage } from "node:async_hooks";
import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileTrail, openAudit } from "@mcp-trail/audit";
import { instrumentation, type InstrumentationOptions } from "@mcp-trail/mcp";
import { StdioClientTransport as StdioV2 } from "@modelcontextprotocol/client/stdio";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { afterEach, describe, expect, it, vi } from "vitest";
import { echoing, listening, reaching, serving, stop } from "./http-pair.ts";
import { as, fakeAudit, generations, modern, type Generation } from "./support.ts";

const open: Server[] = [];
const ends: (() => unknown)[] = [];
afterEach(async () => {
	vi.restoreAllMocks();
	for (const end of ends.splice(0)) await end();
	await stop(open);
});

/** A server over stdio that nobody instruments: it agrees to everything. */
const AGREEING = `
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
	const { id, method, params } = JSON.parse(line);
	if (id === undefined) return;
	const { protocolVersion } = params ?? {};
	const about = { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "desk", version: "1" } };
	const discovered = { ...about, supportedVersions: ["2026-07-28"], ttlMs: 0, cacheScope: "private" };
	const said = { initialize: about, "server/discover": discovered, "tools/call": { content: [] } }[method] ?? {};
	const result = method === "ping" ? {} : { resultType: "complete", ...said };
	console.log(JSON.stringify({ jsonrpc: "2.0", id, result }));
});`;

async function overStdio({ name }: Generation): Promise<object> {
	const command = { command: process.execPath, args: ["-e", AGREEING] };
	return name === "v1" ? new StdioV1(command) : new StdioV2(command);
}

/** A plain server over HTTP. */
async function overHttp(generation: Generation): Promise<object> {
	if (generation === modern) {
		const take = toNodeHandler(createMcpHandler(() => as(echoing(generation))));
		const url = await listening((request, response) => take(as(request), response), open);
		return reaching(generation, url);
	}
	const transport = serving(generation);
	await as<{ connect(to: object): Promise<void> }>(echoing(generation)).connect(transport);
	const url = await listening((...pair) => transport.handleRequest(...pair), open);
	return reaching(generation, url);
}

/** Connects an instrumented client, calls, pings where that can be, and closes. */
async function used(generation: Generation, transport: object, options: InstrumentationOptions) {
	const client = instrumentation(options).client(
		new generation.Client({ name: "probe", version: "2.0.0" }),
	);
	await client.connect(as(transport));
	await generation.callTool(client, { name: "echo", arguments: { text: "hi" } });
	if (generation !== modern) await client.ping();
	await client.close();
}

const paths = { HTTP: overHttp, stdio: overStdio } as const;

describe.each([...generations, modern])("$name, a client with audit alone", (generation) => {
	it.each(["HTTP", "stdio"] as const)(
		"[transparent.no_context] runs nothing in an AsyncLocalStorage over %s, from the first request to the last",
		async (path) => {
			const dir = mkdtempSync(join(tmpdir(), "mcp-trail-context-"));
			ends.push(() => rmSync(dir, { recursive: true, force: true }));
			const audit = openAudit({ service: "probe", trail: fileTrail({ dir, durability: "os" }) });
			const transport = await paths[path](generation);
			const runs = vi.spyOn(AsyncLocalStorage.prototype, "run");
			const enters = vi.spyOn(AsyncLocalStorage.prototype, "enterWith");
			await used(generation, transport, { audit });
			const counted = [runs.mock.calls.length, enters.mock.calls.length];
			const { recorded, lost } = await audit.close();
			expect(counted).toEqual([0, 0]);
			expect({ isRecorded: recorded > 2, lost }).toEqual({ isRecorded: true, lost: 0 });
		},
	);
});

describe.each([...generations, modern])(
	"$name, without audit and without an SDK of traces",
	(generation) => {
		it("[transparent.no_context] runs nothing in an AsyncLocalStorage over HTTP on a client", async () => {
			const transport = await overHttp(generation);
			const runs = vi.spyOn(AsyncLocalStorage.prototype, "run");
			await used(generation, transport, { audit: false });
			expect(runs.mock.calls.length).toBe(0);
		});
	},
);

describe("a fetch of the host's that ends in this process", () => {
	it("[transparent.no_context] joins what the wire does not carry by its context", async () => {
		const [near, far] = [fakeAudit(), fakeAudit()];
		const theirs = instrumentation({ audit: far });
		const handler = createMcpHandler(() => as(theirs.server(echoing(modern))));
		const fetch = (url: URL | string, init?: RequestInit) => handler.fetch(new Request(url, init));
		const transport = reaching(modern, new URL("http://localhost/mcp"), { fetch });
		await used(modern, transport, { audit: near, inject: "none" });
		for (const method of ["server/discover", "tools/call"]) {
			const [ours] = near.outcomes(method);
			const [answered] = far.outcomes(method);
			expect(ours?.trace?.id).toMatch(/^[0-9a-f]{32}$/);
			expect(answered?.trace?.id).toBe(ours?.trace?.id);
		}
	});
});
