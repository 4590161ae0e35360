import type { Exchange } from "../observer.ts";
import { isObject } from "./frame.ts";

/** Headers an event may be made from; credentials, cookies and session ids are not among them. */
const ALLOWED = [
	"mcp-protocol-version",
	"mcp-method",
	"mcp-name",
	"user-agent",
	"x-request-id",
	"traceparent",
	"tracestate",
] as const;

const schemes = ["bearer", "dpop", "basic"] as const;

/** What is taken from the HTTP request that carried a frame. */
export interface HttpFacts {
	readonly headers: Readonly<Record<string, string>>;
	readonly authScheme: NonNullable<Exchange["authScheme"]>;
	/** Aborts when the peer hangs up, where the transport tells. */
	readonly signal: AbortSignal | undefined;
}

type Lookup = (name: string) => string | undefined;

/** v1 hands on a plain object, v2 the web request. */
function lookup(extra: unknown): Lookup | undefined {
	if (!isObject(extra)) return undefined;
	const request = extra["request"] as { readonly headers?: unknown } | undefined;
	const headers = request?.headers as { get?: (name: string) => string | null } | undefined;
	if (typeof headers?.get === "function") return (name) => headers.get?.(name) ?? undefined;
	const plain = (extra["requestInfo"] as { readonly headers?: unknown } | undefined)?.headers;
	if (!isObject(plain)) return undefined;
	return (name) => {
		const value = plain[name];
		const first: unknown = Array.isArray(value) ? value[0] : value;
		return typeof first === "string" ? first : undefined;
	};
}

function schemeOf(authorization: string | undefined): HttpFacts["authScheme"] {
	if (authorization === undefined) return "none";
	const scheme = authorization.slice(0, authorization.indexOf(" ")).toLowerCase();
	return schemes.find((known) => known === scheme) ?? "other";
}

/** Reads the facts of the HTTP request behind a frame; absent on transports without one. */
export function httpFacts(extra: unknown): HttpFacts | undefined {
	const read = lookup(extra);
	if (read === undefined) return undefined;
	const headers: Record<string, string> = {};
	for (const name of ALLOWED) {
		const value = read(name);
		if (value !== undefined) headers[name] = value;
	}
	const request = (extra as { readonly request?: { readonly signal?: unknown } }).request;
	return {
		headers,
		authScheme: schemeOf(read("authorization")),
		signal: request?.signal instanceof AbortSignal ? request.signal : undefined,
	};
}
