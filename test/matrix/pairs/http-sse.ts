import { createServer } from "node:http";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { tap } from "../caller.ts";
import { clientV1 } from "../client-v1.ts";
import { type Connect, pairOf } from "../pair.ts";
import { recorder } from "../recording.ts";
import { serverV1 } from "../server-v1.ts";
import { listen, stopListening } from "./http-client.ts";

/** HTTP+SSE of 2024-11-05: a stream that the client opens, and a POST for each of its messages. */
export const httpSse: Connect = async (_sdk, spans) => {
	const recorders = { client: recorder("client"), server: recorder("server") };
	const instance = serverV1(recorders.server.seen);
	let transport: SSEServerTransport | undefined;
	const http = createServer((request, response) => {
		if (request.method === "GET") {
			transport = new SSEServerTransport("/messages", response);
			instance.connect(transport).catch(() => response.destroy());
		} else transport?.handlePostMessage(request, response).catch(() => response.destroy());
	});
	const near = new SSEClientTransport(await listen(http));
	const requests = tap(near);
	const caller = await clientV1(near, recorders.client.seen);
	const stop = async (): Promise<void> => {
		await instance.close();
		await stopListening(http);
	};
	return pairOf(caller, requests, recorders, spans, stop);
};
