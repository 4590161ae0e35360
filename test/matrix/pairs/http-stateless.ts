import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { type Connect, pairOf } from "../pair.ts";
import { recorder, type Recorder } from "../recording.ts";
import { serverV1 } from "../server-v1.ts";
import { serverV2 } from "../server-v2.ts";
import { connectOverHttp, listen, stopListening } from "./http-client.ts";

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** SDK v1: a server and a transport per request, as its own examples do it. */
function perRequestV1(server: Recorder): Handle {
	return async (request, response) => {
		const instance = serverV1(server.seen);
		const transport = new StreamableHTTPServerTransport({});
		response.on("close", () => {
			void transport.close();
			void instance.close();
		});
		await instance.connect(transport);
		await transport.handleRequest(request, response);
	};
}

/** SDK v2: `createMcpHandler` serves both eras, each request by a fresh server. */
function perRequestV2(server: Recorder): Handle {
	const { seen } = server;
	const handler = seen.handler(createMcpHandler(() => serverV2(seen)));
	const handle = toNodeHandler(handler);
	// The adapter's type knows no request without method and URL; Node's does.
	return (request, response) => {
		const { method = "GET", url = "/" } = request;
		return handle(Object.assign(request, { method, url }), response);
	};
}

/** Streamable HTTP without sessions. */
export const httpStateless: Connect = async (sdk, spans) => {
	const recorders = { client: recorder("client"), server: recorder("server") };
	const handle = (sdk === "v1" ? perRequestV1 : perRequestV2)(recorders.server);
	const http = createServer((request, response) => {
		handle(request, response).catch(() => response.destroy());
	});
	const { caller, requests } = await connectOverHttp(sdk, await listen(http), recorders.client);
	const stop = (): Promise<void> => stopListening(http);
	return pairOf(caller, requests, recorders, spans, stop);
};
