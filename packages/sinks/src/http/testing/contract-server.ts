import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import { gunzipSync } from "node:zlib";

/** A request as a destination sees it, its body inflated. */
export interface Call {
	readonly method: string;
	readonly path: string;
	readonly query: URLSearchParams;
	readonly headers: IncomingHttpHeaders;
	readonly body: Buffer;
}

/** What a destination does with it: answers, never answers, cuts the connection before or within the answer. */
export type Reply =
	| {
			readonly status: number;
			readonly headers?: Readonly<Record<string, string>>;
			/** Anything but a string or bytes is sent as JSON. */
			readonly body?: unknown;
	  }
	| "hang"
	| "cut"
	| "cut the answer";

/** A destination on this machine. */
export interface ContractServer {
	readonly url: string;
	readonly calls: readonly Call[];
	close(): Promise<void>;
}

/** Starts a destination that answers as told. */
export async function contractServer(
	answer: (call: Call) => Reply | Promise<Reply>,
	tls?: ServerOptions,
): Promise<ContractServer> {
	const calls: Call[] = [];
	const listener: RequestListener = (request, response) => {
		const chunks: Buffer[] = [];
		request.on("data", (chunk: Buffer) => chunks.push(chunk));
		request.on("end", () => {
			const sent = Buffer.concat(chunks);
			const url = new URL(request.url ?? "/", "http://localhost");
			const call: Call = {
				method: request.method ?? "",
				path: url.pathname,
				query: url.searchParams,
				headers: request.headers,
				body: request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent,
			};
			calls.push(call);
			void (async () => {
				const reply = await answer(call);
				if (reply === "hang") return;
				if (reply === "cut") {
					request.socket.destroy();
					return;
				}
				if (reply === "cut the answer") {
					response.writeHead(200, { "content-length": "1000" });
					response.write('{"took":1,');
					setTimeout(() => request.socket.destroy(), 5);
					return;
				}
				const { status, headers, body = "" } = reply;
				response.writeHead(status, headers);
				const whole = typeof body === "string" || body instanceof Uint8Array;
				response.end(whole ? body : JSON.stringify(body));
			})();
		});
	};
	const server = tls ? createTlsServer(tls, listener) : createServer(listener);
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	const port = typeof address === "object" && address !== null ? address.port : 0;
	return {
		url: `${tls ? "https" : "http"}://127.0.0.1:${port}`,
		calls,
		close: async () => {
			const closed = once(server, "close");
			server.close();
			server.closeAllConnections();
			await closed;
		},
	};
}
