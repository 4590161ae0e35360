import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";

/** A proxy, and how it is asked. */
export interface TunnelOptions {
	readonly proxy: URL;
	/** Such as `Proxy-Authorization`. */
	readonly headers: Readonly<Record<string, string>>;
	/** For an `https:` proxy. */
	readonly tls: ConnectionOptions;
	readonly timeoutMs: number;
}

/**
 * Opens a connection through a proxy (CONNECT, RFC 9110 §9.3.6). Whatever the proxy answers but 200 is an error with
 * the code `PROXY_REFUSED`, or `PROXY_UNAUTHORIZED` for 407: never an answer of the destination.
 */
export async function tunnel(host: string, port: number, options: TunnelOptions): Promise<Socket> {
	const { proxy, headers, tls, timeoutMs } = options;
	const path = `${host.includes(":") ? `[${host}]` : host}:${port}`;
	const asked = { method: "CONNECT", path, headers: { host: path, ...headers }, agent: false };
	return new Promise((resolve, reject) => {
		const request =
			proxy.protocol === "https:"
				? httpsRequest(proxy, { ...tls, ...asked })
				: httpRequest(proxy, asked);
		const timer = setTimeout(() => {
			request.destroy(coded("ETIMEDOUT", "the proxy did not answer"));
		}, timeoutMs);
		request.on("connect", ({ statusCode }, socket: Socket, head) => {
			clearTimeout(timer);
			if (statusCode !== 200) {
				socket.destroy();
				reject(refused(statusCode));
				return;
			}
			if (head.byteLength > 0) socket.unshift(head);
			resolve(socket);
		});
		request.on("error", (error) => {
			clearTimeout(timer);
			reject(error);
		});
		request.end();
	});
}

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });

const refused = (status: number | undefined): Error =>
	coded(
		status === 407 ? "PROXY_UNAUTHORIZED" : "PROXY_REFUSED",
		`the proxy answered ${status ?? 0}`,
	);
