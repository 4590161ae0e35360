import type { CertificateFacts } from "../credentials.ts";
import type { JsonObject } from "../json-object.ts";
import { isObject } from "../hook/frame.ts";
import { isCallback, member } from "../hook/loose.ts";
import { certificateOfNode } from "./client-certificate.ts";

/** What an edge reads of an HTTP request, whatever kind of object that is. */
export interface Asked {
	/** The object itself: it identifies the exchange. */
	readonly request: object;
	readonly method: string;
	readonly path: string;
	/** HTTP version, `1.1`. */
	readonly version: string | undefined;
	readonly remote: { readonly address: string | undefined; readonly port: number | undefined };
	/** A header by its lower-case name. */
	header(name: string): string | undefined;
	/** The JSON-RPC frame, where the host has parsed the body; the edge itself never reads it. */
	frame(): JsonObject | undefined;
	/** What a verifier inside the edge found out, in the SDK's form. */
	authInfo(): unknown;
	/** Of the client, where the connection ends in this process. */
	certificate(): CertificateFacts | undefined;
}

const text = (value: unknown): string | undefined =>
	typeof value === "string" ? value : undefined;

const AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;

/** The path of a request's target, which may be written with scheme and authority (RFC 9112 §3.2.2). */
const pathOf = (target: string): string => {
	const url = target.replace(AUTHORITY, "");
	const end = url.search(/[?#]/);
	return (end === -1 ? url : url.slice(0, end)) || "/";
};

/** One message, or the first of a batch. */
function frameOf(body: unknown): JsonObject | undefined {
	const first: unknown = Array.isArray(body) ? body[0] : body;
	return isObject(first) && typeof first["method"] === "string" ? first : undefined;
}

/** Reads a request of `node:http`, `node:http2`, Express or Connect. */
export function askedOfNode(request: object): Asked {
	const socket = member(request, "socket");
	const headers = member(request, "headers");
	const port = member(socket, "remotePort");
	return {
		request,
		method: text(member(request, "method")) ?? "GET",
		// A mounted Express application sees a shorter one.
		path: pathOf(text(member(request, "originalUrl")) ?? text(member(request, "url")) ?? "/"),
		version: text(member(request, "httpVersion")),
		remote: {
			address: text(member(socket, "remoteAddress")),
			port: typeof port === "number" ? port : undefined,
		},
		header: (name) => text(member(headers, name)),
		frame: () => frameOf(member(request, "body")),
		authInfo: () => member(request, "auth"),
		certificate: () => certificateOfNode(request),
	};
}

/**
 * Reads a web `Request`; `extras` is what an MCP handler takes beside it: `authInfo`, `parsedBody`; `behind` is the
 * request of `node:http` that it was made of, where the host keeps it.
 */
export function askedOfWeb(
	request: object,
	extras: unknown,
	remoteAddress: string | undefined,
	behind?: unknown,
): Asked {
	const headers = member(request, "headers");
	const get = member(headers, "get");
	return {
		request,
		method: text(member(request, "method")) ?? "GET",
		path: pathOf(text(member(request, "url")) ?? "/"),
		version: undefined,
		remote: { address: remoteAddress, port: undefined },
		header: (name) =>
			isCallback(get) ? text(Reflect.apply(get, headers, [name]) ?? undefined) : undefined,
		frame: () => frameOf(member(extras, "parsedBody")),
		authInfo: () => member(extras, "authInfo"),
		certificate: () => certificateOfNode(behind),
	};
}
