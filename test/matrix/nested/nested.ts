import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client as ClientV2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as TransportV2 } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { CreateMessageRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import type { StoredEvent } from "@mcp-trail/event";
import type { Side } from "../expected.ts";
import { leftIn } from "../pairs/stdio.ts";
import { isOutcome, recorder, type Recording, type Spans } from "../recording.ts";

/** SDKs whose servers ask their clients by JSON-RPC; in 2026-07-28 they ask inside a result. */
export const asking = ["v1", "v2-legacy"] as const;

const info = { name: "nested-client", version: "1.0.0" };
const capabilities = { capabilities: { sampling: {} } };
const sample = {
	model: "none",
	role: "assistant" as const,
	content: { type: "text" as const, text: "A4" },
};

/** Calls a tool that asks back, across two processes; the server is a compiled program. */
export async function playNested(
	program: string,
	sdk: (typeof asking)[number],
	spans: Spans | undefined,
): Promise<Readonly<Record<Side, Recording>>> {
	const folder = mkdtempSync(join(tmpdir(), "mcp-trail-nested-"));
	const args = [program, sdk, folder, spans ? "spans" : "bare"];
	const command = { command: process.execPath, args };
	const { seen, until, finish } = recorder("client");
	let pid: number | null;
	if (sdk === "v1") {
		const client = seen.client(new ClientV1(info, capabilities));
		client.setRequestHandler(CreateMessageRequestSchema, () => sample);
		const transport = new TransportV1(command);
		await client.connect(transport);
		({ pid } = transport);
		await client.callTool({ name: "ask", arguments: {} });
		await client.close();
	} else {
		const client = seen.client(new ClientV2(info, capabilities));
		client.setRequestHandler("sampling/createMessage", () => sample);
		const transport = new TransportV2(command);
		await client.connect(transport);
		({ pid } = transport);
		await client.callTool({ name: "ask", arguments: {} });
		await client.close();
	}
	await until(3, isOutcome);
	const server = leftIn(folder).get(pid ?? 0);
	if (server === undefined) throw new Error("The server ended before it wrote its recording.");
	return { client: { ...(await finish()), spans: spans?.take() ?? [] }, server };
}

/** The one outcome event of a method. */
export function eventOf({ events }: Recording, method: string): StoredEvent {
	const [event, ...more] = events.filter(
		(candidate) => isOutcome(candidate) && candidate.mcp?.method === method,
	);
	if (event === undefined || more.length > 0) throw new Error(`not one event of ${method}`);
	return event;
}
