import type { Exchange } from "../observer.ts";
import { isObject } from "./frame.ts";
import { isCallback, member } from "./loose.ts";

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
	const headers = member(member(extra, "request"), "headers");
	const get = member(headers, "get");
	if (isCallback(get))
		return (name) => {
			const value = Reflect.apply(get, headers, [name]);
			return typeof value === "string" ? value : undefined;
		};
	const plain = member(member(extra, "requestInfo"), "headers");
	if (!isObject(plain)) return undefined;
	return (name) => {
		const value = plain[name];
		const first: unknown = Array.isArray(value) ? value[0] : value;
		return typeof first === "string" ? first : undefined;
	};
}

export function schemeOf(authorization: string | undefined): HttpFacts["authScheme"] {
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
	const signal = member(member(extra, "request"), "signal");
	return {
		headers,
		authScheme: schemeOf(read("authorization")),
		signal: signal instanceof AbortSignal ? signal : undefined,
	};
}
