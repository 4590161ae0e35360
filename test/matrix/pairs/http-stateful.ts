import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { NodeStreamableHTTPServerTransport } from "@modelcontextprotocol/node";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { type Connect, pairOf } from "../pair.ts";
import { recorder, type Recorder } from "../recording.ts";
import { serverV1 } from "../server-v1.ts";
import { serverV2 } from "../server-v2.ts";
import { connectOverHttp, listen, stopListening } from "./http-client.ts";

interface Endpoint {
	readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
	readonly close: () => Promise<void>;
}

/** One session for the one client that will come. */
async function endpoint(isV1: boolean, server: Recorder): Promise<Endpoint> {
	if (isV1) {
		const instance = serverV1(server.seen);
		const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID });
		await instance.connect(transport);
		return {
			handle: (request, response) => transport.handleRequest(request, response),
			close: () => instance.close(),
		};
	}
	const instance = serverV2(server.seen);
	const transport = new NodeStreamableHTTPServerTransport({ sessionIdGenerator: randomUUID });
	await instance.connect(transport);
	return {
		handle: (request, response) => transport.handleRequest(request, response),
		close: () => instance.close(),
	};
}

/** Streamable HTTP with `Mcp-Session-Id`. */
export const httpStateful: Connect = async (sdk, spans) => {
	const recorders = { client: recorder("client"), server: recorder("server") };
	const { handle, close } = await endpoint(sdk === "v1", recorders.server);
	const http = createServer((request, response) => {
		handle(request, response).catch(() => response.destroy());
	});
	const { caller, requests } = await connectOverHttp(sdk, await listen(http), recorders.client);
	const stop = async (): Promise<void> => {
		await close();
		await stopListening(http);
	};
	return pairOf(caller, requests, recorders, spans, stop);
};
