/** Real traffic: two published servers as they are, and the demo's own on both protocol eras. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Client as ClientV2, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { CreateMessageRequestSchema } from "@modelcontextprotocol/sdk/types.js";

/** What every client of the demo goes through before it connects. */
export type Instrument = <T extends object>(client: T) => T;

/** The first file of a published server. */
export const published = (name: string): string => {
	const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
	return join(dirname(manifest), "dist/index.js");
};

const stdio = (name: string, ...args: string[]): StdioClientTransport =>
	new StdioClientTransport({
		command: process.execPath,
		args: [published(name), ...args],
		stderr: "ignore",
	});

/** A call that is expected to fail; the demo goes on. */
export const failing = async (call: Promise<unknown>): Promise<void> => {
	await call.catch(() => undefined);
};

/** The published everything server: tools, resources, prompts, sampling, and what goes wrong. */
export async function everything(instrument: Instrument): Promise<void> {
	const client = instrument(
		new Client({ name: "desk", version: "4.2.0" }, { capabilities: { sampling: {} } }),
	);
	client.setRequestHandler(CreateMessageRequestSchema, () => ({
		model: "demo-model",
		role: "assistant",
		content: { type: "text", text: "a short answer" },
	}));
	await client.connect(stdio("@modelcontextprotocol/server-everything"));
	await client.listTools();
	await client.callTool({ name: "echo", arguments: { message: "hello" } });
	await client.callTool({ name: "get-sum", arguments: { a: 2, b: 3 } });
	await client.readResource({ uri: "demo://resource/static/document/features.md" });
	await client.getPrompt({ name: "args-prompt", arguments: { city: "Zürich" } });
	await client.callTool({
		name: "trigger-sampling-request",
		arguments: { prompt: "Say hi", maxTokens: 20 },
	});
	await failing(client.callTool({ name: "no-such-tool" }));
	await failing(client.callTool({ name: "get-sum", arguments: { a: "two" } }));
	const cancel = new AbortController();
	const slow = client.callTool(
		{ name: "trigger-long-running-operation", arguments: { duration: 5, steps: 5 } },
		undefined,
		{ signal: cancel.signal },
	);
	setTimeout(() => cancel.abort("the user pressed stop"), 200);
	await failing(slow);
	await client.close();
}

/** The published filesystem server: it works, it refuses, and then it is killed in the middle of a call. */
export async function filesystem(instrument: Instrument, folder: string): Promise<void> {
	const client = instrument(new Client({ name: "desk", version: "4.2.0" }));
	const transport = stdio("@modelcontextprotocol/server-filesystem", folder);
	await client.connect(transport);
	await client.callTool({ name: "list_directory", arguments: { path: folder } });
	await failing(client.callTool({ name: "read_text_file", arguments: { path: "/etc/passwd" } }));
	const pid = transport.pid;
	if (pid !== null) process.kill(pid, "SIGSTOP");
	const lost = client.callTool({ name: "directory_tree", arguments: { path: folder } });
	setTimeout(() => pid !== null && process.kill(pid, "SIGKILL"), 100);
	await failing(lost);
	await client.close();
}

/** The demo's own server over Streamable HTTP: Alice in the stateless era of 2026, an unnamed caller in the era before. */
export async function tickets(instrument: Instrument, port: number): Promise<void> {
	const url = new URL(`http://127.0.0.1:${port}/mcp`);
	const alice = instrument(
		new ClientV2(
			{ name: "desk", version: "4.2.0" },
			{ versionNegotiation: { mode: { pin: "2026-07-28" } } },
		),
	);
	await alice.connect(
		new StreamableHTTPClientTransport(url, {
			requestInit: { headers: { authorization: "Bearer demo-token" } },
		}),
	);
	await alice.listTools();
	await alice.callTool({
		name: "create_ticket",
		arguments: { title: "Printer on fire", priority: "high" },
	});
	await failing(alice.callTool({ name: "close_ticket", arguments: { number: 4711 } }));
	await failing(alice.callTool({ name: "delete_everything" }));
	await alice.close();

	const unnamed = instrument(new ClientV2({ name: "script", version: "0.1.0" }));
	await unnamed.connect(new StreamableHTTPClientTransport(url));
	await unnamed.callTool({ name: "create_ticket", arguments: { title: "Coffee is out" } });
	await unnamed.close();
}
