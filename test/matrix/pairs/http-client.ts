import type { Server } from "node:http";
import { StreamableHTTPClientTransport as TransportV2 } from "@modelcontextprotocol/client";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { type Caller, tap, type WireRequest } from "../caller.ts";
import { clientV1 } from "../client-v1.ts";
import { clientV2 } from "../client-v2.ts";
import type { Sdk } from "../expected.ts";
import type { Recorder } from "../recording.ts";

/** Listens on a free port of the loopback interface. */
export async function listen(server: Server): Promise<URL> {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("The server has no port.");
	return new URL(`http://127.0.0.1:${address.port}/mcp`);
}

/** Stops a server and every connection to it. */
export async function stopListening(server: Server): Promise<void> {
	await new Promise<void>((resolve) => {
		server.close(() => resolve());
		server.closeAllConnections();
	});
}

/** Connects an instrumented client over Streamable HTTP. */
export async function connectOverHttp(
	sdk: Sdk,
	url: URL,
	client: Recorder,
): Promise<{ readonly caller: Caller; readonly requests: readonly WireRequest[] }> {
	if (sdk === "v1") {
		const transport = new TransportV1(url);
		const requests = tap(transport);
		return { caller: await clientV1(transport, client.seen), requests };
	}
	const transport = new TransportV2(url);
	const requests = tap(transport);
	return { caller: await clientV2(transport, client.seen, sdk === "v2-modern"), requests };
}
