import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
	Client as ClientV2,
	StreamableHTTPClientTransport as HttpV2,
} from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioV2 } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as HttpV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { InMemoryTransport as InMemoryV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { InMemoryTransport as InMemoryV2 } from "@modelcontextprotocol/server";
import { equipment, type Equipment } from "./equipment.ts";
import { datadogPreload } from "./peers/datadog.ts";
import { serverV1, serverV2 } from "./servers.ts";

/** What is measured. */
export interface Variant {
	readonly sdk: "v1" | "v2";
	readonly transport: "in-memory" | "stdio" | "http";
	readonly equipment: Equipment;
	readonly concurrency: number;
}

/** A connected client and its server. */
export interface ConnectedPair {
	call(): Promise<void>;
	/** Waits until everything recorded is written. */
	settle(): Promise<void>;
	/** CPU used so far by the server's process, where it has one of its own. */
	peerCpuUs(): Promise<number>;
	close(): Promise<void>;
}

const MODERN = { versionNegotiation: { mode: { pin: "2026-07-28" } } } as const;

/** How a program of this folder is started. `fetch` listens to the client's one signal with every request, bare too. */
export function nodeArguments(kind: Equipment): string[] {
	const preload =
		kind === "sentry"
			? [new URL("peers/sentry.ts", import.meta.url).href]
			: kind === "datadog"
				? [pathToFileURL(datadogPreload()).href]
				: [];
	return [
		...["tsx", ...preload].flatMap((module) => ["--import", module]),
		"--disable-warning=MaxListenersExceededWarning",
	];
}

/** Connects a client and a server of the variant; both are equipped alike. */
export async function connectPair(variant: Variant, dir: string): Promise<ConnectedPair> {
	const { sdk, transport } = variant;
	const equipped = await equipment(variant.equipment, join(dir, "client"));
	const client =
		sdk === "v1"
			? equipped.client(new ClientV1({ name: "bench", version: "1.0.0" }))
			: equipped.client(
					new ClientV2({ name: "bench", version: "1.0.0" }, transport === "http" ? MODERN : {}),
				);
	const program = join(import.meta.dirname, "server-program.ts");
	const serverArguments = [program, JSON.stringify(variant), join(dir, "server")];
	let child: ChildProcess | undefined;
	if (transport === "in-memory") {
		if (sdk === "v1") {
			const [here, there] = InMemoryV1.createLinkedPair();
			await equipped.server(serverV1()).connect(there);
			await (client as ClientV1).connect(here);
		} else {
			const [here, there] = InMemoryV2.createLinkedPair();
			await equipped.server(serverV2()).connect(there);
			await (client as ClientV2).connect(here);
		}
	} else if (transport === "stdio") {
		const parameters = {
			command: process.execPath,
			args: [...nodeArguments(variant.equipment), ...serverArguments],
		};
		if (sdk === "v1") await (client as ClientV1).connect(new StdioV1(parameters));
		else await (client as ClientV2).connect(new StdioV2(parameters));
	} else {
		child = fork(program, serverArguments.slice(1), { execArgv: nodeArguments(variant.equipment) });
		const port = await new Promise<number>((resolve, reject) => {
			child?.once("message", (message) => resolve(message as number));
			child?.once("exit", (code) => reject(new Error(`the bench server left with code ${code}`)));
		});
		const url = new URL(`http://127.0.0.1:${port}/mcp`);
		if (sdk === "v1") await (client as ClientV1).connect(new HttpV1(url));
		else await (client as ClientV2).connect(new HttpV2(url));
	}
	let calls = 0;
	// No two calls are alike, so that nothing which is remembered from the last one flatters a figure.
	const request = (): { name: string; arguments: { message: string } } => ({
		name: "echo",
		arguments: { message: `hello ${(calls += 1)}` },
	});
	const call = client.callTool.bind(client) as (parameters: {
		name: string;
		arguments?: Record<string, unknown>;
	}) => Promise<{ readonly content?: unknown }>;
	await call(request());
	return {
		call: async () => {
			await call(request());
		},
		// In memory one audit records both sides.
		settle: () => equipped.settle(transport === "in-memory" ? 2 * calls : calls),
		peerCpuUs: async () => {
			if (transport === "in-memory") return 0;
			const { content } = await call({ name: "cpu" });
			return Number((content as [{ text: string }])[0].text);
		},
		close: async () => {
			await client.close();
			await equipped.close();
			child?.kill();
		},
	};
}
