import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { expect, it } from "vitest";
import { registerForTests } from "./built.ts";
import { inFolder, outcomes, recorded } from "./untouched.ts";

const { start } = registerForTests();

const everything = fileURLToPath(
	import.meta.resolve("@modelcontextprotocol/server-everything/dist/index.js"),
);

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}

const WITHIN_MS = 60_000;

async function listening(url: URL): Promise<void> {
	for (const end = Date.now() + WITHIN_MS; Date.now() < end;) {
		const answer = await fetch(url).catch(() => undefined);
		if (answer !== undefined) return;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	throw new Error("It does not listen.");
}

it("[complete.zero_code] [complete.zero_code_http] [durable.zero_code_ends] records a published server over Streamable HTTP", async () => {
	await inFolder(async (dir) => {
		const port = await freePort();
		const url = new URL(`http://127.0.0.1:${port}/mcp`);
		const running = start([everything, "streamableHttp"], {
			MCP_TRAIL_DIR: dir,
			PORT: String(port),
		});
		await listening(url);
		const client = new Client({ name: "http", version: "1.0.0" });
		await client.connect(new StreamableHTTPClientTransport(url));
		for (let call = 0; call < 3; call++) {
			await client.callTool({ name: "echo", arguments: { message: "hello" } });
		}
		await client.close();
		// What no transport sees: an unknown session, and nothing that concerns MCP.
		const unknown = await fetch(url, {
			method: "POST",
			headers: {
				"content-type": "application/json",
				accept: "application/json, text/event-stream",
				"mcp-session-id": "nobody",
			},
			body: '{"jsonrpc":"2.0","id":9,"method":"ping"}',
		});
		expect(unknown.status).toBeGreaterThanOrEqual(400);
		const elsewhere = await fetch(new URL("/favicon.ico", url));
		expect(elsewhere.status).toBe(404);
		running.child.kill("SIGTERM");
		expect(await running.ended).toMatchObject({ code: null, signal: "SIGTERM" });
		const events = recorded(dir);
		const refused = events.filter(({ outcome }) => (outcome?.http_status ?? 0) >= 400);
		expect(refused.map((event) => event.outcome?.http_status)).toEqual([unknown.status]);
		expect(outcomes(events.filter((event) => !refused.includes(event)))).toEqual([
			"server initialize success yes",
			...Array.from({ length: 3 }, () => "server tools/call echo success yes"),
		]);
		expect(events.at(-1)?.type).toBe("trail.stopped");
	});
});
