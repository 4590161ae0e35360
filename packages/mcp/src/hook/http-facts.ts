import type { Exchange } from "../observer.ts";
import { credentialDigest, isAuthInfo } from "./auth-facts.ts";
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
/** Where keys stand that are no `Authorization`. */
const KEY_HEADERS = ["x-api-key", "api-key"] as const;

/** What is taken from the HTTP request that carried a frame. */
export interface HttpFacts {
	readonly headers: Readonly<Record<string, string>>;
	/** Undefined where a cookie came alone: whether it says who, only the application knows. */
	readonly authScheme: Exchange["authScheme"];
	/** Keyed digest of the header's token, where no verifier told of it. */
	readonly tokenDigest: string | undefined;
	/** Aborts when the peer hangs up, where the transport tells. */
	readonly signal: AbortSignal | undefined;
}

export type Lookup = (name: string) => string | undefined;

/** Reads the headers of the HTTP request behind a frame: v1 hands on a plain object, v2 the web request. */
export function readerOf(extra: unknown): Lookup | undefined {
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

/** How a request authenticated: by its headers alone, whether or not they are right. */
export function schemeOf(read: Lookup): HttpFacts["authScheme"] {
	const authorization = read("authorization");
	if (authorization === undefined) {
		if (KEY_HEADERS.some((name) => read(name) !== undefined)) return "api_key";
		return read("cookie") === undefined ? "none" : undefined;
	}
	const scheme = authorization.slice(0, authorization.indexOf(" ")).toLowerCase();
	return schemes.find((known) => known === scheme) ?? "other";
}

/** Reads the facts of the HTTP request behind a frame; absent on transports without one. */
export function httpFacts(
	extra: unknown,
	digestToken: ((token: string) => string) | undefined,
): HttpFacts | undefined {
	const read = readerOf(extra);
	if (read === undefined) return undefined;
	const headers: Record<string, string> = {};
	for (const name of ALLOWED) {
		const value = read(name);
		if (value !== undefined) headers[name] = value;
	}
	const signal = member(member(extra, "request"), "signal");
	return {
		headers,
		authScheme: schemeOf(read),
		tokenDigest:
			digestToken === undefined || isAuthInfo(member(extra, "authInfo"))
				? undefined
				: credentialDigest(read("authorization"), digestToken),
		signal: signal instanceof AbortSignal ? signal : undefined,
	};
}
