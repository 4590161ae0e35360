import { createServer } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketClientTransport } from "@modelcontextprotocol/sdk/client/websocket.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { JSONRPCMessageSchema, type JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { tap } from "../caller.ts";
import { clientV1 } from "../client-v1.ts";
import { type Connect, pairOf } from "../pair.ts";
import { recorder } from "../recording.ts";
import { serverV1 } from "../server-v1.ts";
import { listen, stopListening } from "./http-client.ts";
import { acceptOf, framesOn, TestWebSocket } from "./web-socket.ts";

/** SDK v1 has this transport for clients only; an application writes the server's itself, as this one is. */
class WebSocketServerTransport implements Transport {
	onclose?: () => void;
	onerror?: (error: Error) => void;
	onmessage?: (message: JSONRPCMessage) => void;
	#frames: ReturnType<typeof framesOn>;

	constructor(socket: Duplex) {
		this.#frames = framesOn(socket, false, {
			text: (text) => this.onmessage?.(JSONRPCMessageSchema.parse(JSON.parse(text))),
			ended: () => this.onclose?.(),
		});
	}

	start(): Promise<void> {
		return Promise.resolve();
	}

	send(message: JSONRPCMessage): Promise<void> {
		this.#frames.send(JSON.stringify(message));
		return Promise.resolve();
	}

	close(): Promise<void> {
		this.#frames.close();
		return Promise.resolve();
	}
}

/** A WebSocket, the server's end by hand. */
export const websocket: Connect = async (_sdk, spans) => {
	if (!("WebSocket" in globalThis)) Object.assign(globalThis, { WebSocket: TestWebSocket });
	const recorders = { client: recorder("client"), server: recorder("server") };
	const instance = serverV1(recorders.server.seen);
	const http = createServer();
	http.on("upgrade", ({ headers }, socket) => {
		const accept = acceptOf(headers["sec-websocket-key"] ?? "");
		socket.write(
			`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: mcp\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
		);
		void instance.connect(new WebSocketServerTransport(socket));
	});
	const url = await listen(http);
	url.protocol = "ws:";
	const transport = new WebSocketClientTransport(url);
	const requests = tap(transport);
	const caller = await clientV1(transport, recorders.client.seen);
	const stop = async (): Promise<void> => {
		await instance.close();
		await stopListening(http);
	};
	return pairOf(caller, requests, recorders, spans, stop);
};
