import {
	type Agent,
	type IncomingHttpHeaders,
	type IncomingMessage,
	request as httpRequest,
} from "node:http";
import { request as httpsRequest } from "node:https";
import type { ConnectionOptions } from "node:tls";

/** What came back. */
export interface HttpAnswer {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	/** Milliseconds of a `Retry-After` in seconds or as a date. */
	readonly retryAfterMs: number | undefined;
	readonly body: string;
	/** The body as it came. */
	readonly bytes: Uint8Array;
}

/** What sinks ask for. */
export type HttpMethod = "GET" | "HEAD" | "POST" | "PUT";

/** One request as it goes out. */
export interface Exchange {
	readonly url: URL;
	readonly method: HttpMethod;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Uint8Array;
	readonly agent: Agent;
	/** For an `https:` URL. */
	readonly tls: ConnectionOptions;
	readonly signal: AbortSignal;
}

const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** Sends one request and reads the whole answer; follows no redirect and tries nothing twice. */
export async function exchange(sent: Exchange): Promise<HttpAnswer> {
	return new Promise((resolve, reject) => {
		const { url, method, agent, tls, signal, body } = sent;
		const headers = { ...sent.headers, "content-length": String(body.byteLength) };
		const options = { method, headers, agent, signal };
		const onResponse = (response: IncomingMessage): void => {
			read(response).then(resolve, reject);
		};
		const request =
			url.protocol === "https:"
				? httpsRequest(url, { ...tls, ...options }, onResponse)
				: httpRequest(url, options, onResponse);
		request.on("error", reject);
		request.end(body);
	});
}

async function read(response: IncomingMessage): Promise<HttpAnswer> {
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of response) {
		if (!(chunk instanceof Uint8Array)) continue;
		bytes += chunk.byteLength;
		if (bytes > MAX_ANSWER_BYTES) {
			throw Object.assign(new Error("the answer is too long"), { code: "ANSWER_TOO_LARGE" });
		}
		chunks.push(chunk);
	}
	const body = Buffer.concat(chunks);
	return {
		status: response.statusCode ?? 0,
		headers: response.headers,
		retryAfterMs: retryAfter(response.headers["retry-after"]),
		body: body.toString("utf8"),
		bytes: body,
	};
}

/** Reads RFC 9110 §10.2.3. */
function retryAfter(value: string | undefined): number | undefined {
	if (value === undefined) return undefined;
	if (/^\d{1,9}$/u.test(value)) return Number(value) * 1000;
	const at = Date.parse(value);
	return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
