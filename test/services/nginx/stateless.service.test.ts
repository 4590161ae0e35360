import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import type { StoredEvent } from "@mcp-trail/event";
import { instrumentClient } from "@mcp-trail/mcp";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { fakeAudit, type FakeAudit } from "../../mcp/support.ts";
import { type ServerProcess, serverProcess } from "../server-process.ts";
import { freePort, nginx } from "./front.ts";

const WITHIN_MS = 60_000;

let folder = "";
const started: ServerProcess[] = [];
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "mcp-trail-nginx-"));
});
afterEach(async () => {
	for (const server of started.splice(0)) await server.kill();
	rmSync(folder, { recursive: true });
});

interface Member {
	readonly port: number;
	readonly process: ServerProcess;
	/** Everything its trail holds on disk. */
	readonly events: () => readonly StoredEvent[];
}

async function answers(port: number, process: ServerProcess): Promise<void> {
	for (const deadline = Date.now() + WITHIN_MS; Date.now() < deadline; await sleep(30))
		if (await fetch(`http://127.0.0.1:${port}/up`).catch(() => undefined)) return;
	throw new Error(`A server did not start: ${await process.log()}`);
}

/** Starts one server of several, with a trail in a folder of its own. */
async function member(name: string, extension: boolean): Promise<Member> {
	const port = await freePort();
	const dir = join(folder, name);
	mkdirSync(dir, { mode: 0o700 });
	const program = fileURLToPath(new URL("member.ts", import.meta.url));
	const server = serverProcess(
		process.execPath,
		[
			"--conditions=@mcp-trail/source",
			`--import=${import.meta.resolve("tsx")}`,
			program,
			String(port),
			dir,
			extension ? "extension" : "none",
		],
		join(folder, `${name}.log`),
	);
	started.push(server);
	await server.launch();
	await answers(port, server);
	return {
		port,
		process: server,
		events: () =>
			readdirSync(dir, { recursive: true, encoding: "utf8" })
				.filter((file) => file.endsWith(".ndjson"))
				.toSorted()
				.flatMap((file) => readFileSync(join(dir, file), "utf8").trimEnd().split("\n"))
				.filter((line) => line !== "")
				.map((line): StoredEvent => JSON.parse(line)),
	};
}

const calls = (events: readonly StoredEvent[]): readonly StoredEvent[] =>
	events.filter(({ phase, mcp }) => phase === "outcome" && mcp?.method === "tools/call");

/** A client that says yes, after it did what a test asks for between the legs. */
async function connect(
	url: URL,
	extension: boolean,
	between: () => Promise<void> = async () => undefined,
): Promise<{ readonly client: Client; readonly audit: FakeAudit }> {
	const audit = fakeAudit();
	const client = instrumentClient(
		new Client(
			{ name: "probe", version: "1.0.0" },
			{
				capabilities: { elicitation: {} },
				versionNegotiation: { mode: { pin: "2026-07-28" } },
			},
		),
		{ audit, extension },
	);
	client.setRequestHandler("elicitation/create", async () => {
		await between();
		return { action: "accept", content: {} };
	});
	await client.connect(new StreamableHTTPClientTransport(url));
	return { client, audit };
}

const notRun = inject("nginxNotRun");

describe.skipIf(notRun !== "")("two servers behind a real nginx", () => {
	it.each([true, false])(
		"[system.stateless_scaling] [complete.nginx_legs] the legs of one call on both of them are one operation (extension: %s)",
		async (extension) => {
			const members = [await member("one", extension), await member("two", extension)];
			const front = await nginx(
				join(folder, "nginx"),
				members.map(({ port }) => port),
			);
			started.push(front.server);
			const { client, audit } = await connect(front.url, extension);
			const traceparent = `00-${"ab".repeat(16)}-${"cd".repeat(8)}-01`;
			const request = { name: "book", arguments: { what: "room" } };
			// Without the extension it is the application's trace that joins.
			await client.callTool(extension ? request : { ...request, _meta: { traceparent } });
			await client.close();
			for (const one of members) await one.process.stop();

			const legs = members.map(({ events }) => calls(events()));
			expect(legs.map(({ length }) => length).toSorted((a, b) => a - b)).toEqual([1, 2]);
			expect(calls(audit.events)).toHaveLength(3);
			// What the client says of itself joins by the extension; a trace of the application's own is between the servers.
			const all = [...legs.flat(), ...(extension ? calls(audit.events) : [])];
			expect(new Set(all.map(({ operation }) => operation?.id)).size).toBe(1);
			const source = extension ? "extension" : "trace";
			expect(new Set(legs.flat().map(({ operation }) => operation?.source))).toEqual(
				new Set([source]),
			);
			expect(new Set(all.map(({ outcome }) => outcome?.status))).toEqual(
				new Set(["pending", "success"]),
			);
			// No session joins them, and the address is the client's, not the proxy's.
			expect(all.flatMap(({ mcp }) => mcp?.session_digest ?? [])).toEqual([]);
			expect(legs.flat().map(({ network }) => network?.forwarded)).toEqual([true, true, true]);
		},
	);

	it("[system.stateless_scaling] [honest.nginx_killed] servers killed between the legs are the client's unknown, and say so at their restart", async () => {
		const members = [await member("one", true), await member("two", true)];
		const front = await nginx(
			join(folder, "nginx"),
			members.map(({ port }) => port),
		);
		started.push(front.server);
		const { client, audit } = await connect(front.url, true, async () => {
			// What was answered is on disk soon after; what is killed before may never be.
			for (const deadline = Date.now() + WITHIN_MS; Date.now() < deadline; await sleep(20))
				if (members.some(({ events }) => calls(events()).length > 0)) break;
			for (const one of members) await one.process.kill();
		});
		await expect(client.callTool({ name: "book", arguments: { what: "room" } })).rejects.toThrow(
			/502|Bad Gateway/,
		);
		await client.close();
		expect(calls(audit.events).map(({ outcome }) => outcome)).toMatchObject([
			{ status: "pending", reason: "input_required" },
			{ status: "unknown", layer: "transport", reason: "send_failed", http_status: 502 },
		]);
		const [first, second] = calls(audit.events);
		expect(second?.operation).toMatchObject({ id: first?.operation?.id, leg: 1, attempt: 1 });
		for (const { port, process: server, events } of members) {
			const before = events();
			await server.launch();
			await answers(port, server);
			await server.stop();
			const [ended] = before;
			expect(events().filter(({ type }) => type === "trail.recovered")).toMatchObject([
				{ recovery: { stream_id: ended?.integrity.stream_id, clean_end: false } },
			]);
		}
		// The leg that was answered is in the one trail it was answered from, and survived.
		const left = members.flatMap(({ events }) => calls(events()));
		expect(left.map(({ operation }) => operation?.id)).toEqual([first?.operation?.id]);
	});
});
