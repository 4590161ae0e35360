import {
	cleanText,
	cleanUri,
	type AuthorizationDetail,
	type Auth,
	type Outcome,
	type Reason,
} from "@mcp-trail/event";
import type { Digester } from "@mcp-trail/audit";
import { grantWord } from "../describe/actor.ts";
import { isObject } from "../hook/frame.ts";
import type { JsonObject } from "../json-object.ts";
import type { Fetched } from "./fetched.ts";
import { proofKey } from "./proof-key.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A request to an authorization server: what it asked for, without what it proved it with. */
export interface AuthAsked {
	readonly type: "mcp.auth.token_exchanged" | "mcp.auth.client_registered";
	readonly endpoint: URL;
	readonly auth: Auth;
	readonly detail: AuthorizationDetail;
}

const WORD = /^[a-z][a-z0-9_]{0,63}$/;
const FORM = "application/x-www-form-urlencoded";

/** Scopes of a space-separated list (RFC 6749 §3.3). */
export function scopesOf(list: unknown): readonly string[] {
	if (typeof list !== "string") return [];
	return list
		.slice(0, 16_384)
		.split(" ")
		.flatMap((scope) => cleanText(scope, 128) ?? [])
		.slice(0, 64);
}

/** The name before the colon (RFC 6749 §2.3.1); the secret behind it is not read, and without one there is no name. */
function basicName(authorization: string): string | undefined {
	const pair = Buffer.from(authorization.slice(6).trim(), "base64").toString("utf8");
	const colon = pair.indexOf(":");
	if (colon === -1) return undefined;
	const named = pair.slice(0, colon);
	try {
		return cleanText(decodeURIComponent(named), 512);
	} catch {
		return cleanText(named, 512);
	}
}

/** How a client authenticated to an authorization server, and to which key what it gets will be bound. */
function clientAuth(fetched: Fetched, form: URLSearchParams | undefined, grant?: string): Auth {
	const authorization = fetched.header("authorization");
	const isBasic = authorization?.slice(0, 6).toLowerCase() === "basic ";
	const proof = fetched.header("dpop");
	const thumbprint = proofKey(proof);
	const clientId =
		cleanText(form?.get("client_id"), 512) ??
		(isBasic && authorization !== undefined ? basicName(authorization) : undefined);
	const isOther = form?.has("client_secret") === true || form?.has("client_assertion") === true;
	return {
		scheme: isBasic ? "basic" : isOther || authorization !== undefined ? "other" : "none",
		...(proof !== undefined && { binding: "dpop" }),
		...(clientId !== undefined && { client_id: clientId }),
		...(grant !== undefined && { grant }),
		...(thumbprint !== undefined && { key_thumbprint: thumbprint }),
	};
}

function tokenAsked(fetched: Fetched, endpoint: URL, digester: Digester): AuthAsked | undefined {
	const body = fetched.body();
	if (body === undefined || !body.includes("grant_type=")) return undefined;
	const type = fetched.header("content-type");
	if (type !== undefined && !type.toLowerCase().startsWith(FORM)) return undefined;
	const form = new URLSearchParams(body);
	const grant = grantWord(form.get("grant_type"));
	const scopes = scopesOf(form.get("scope"));
	const resource = cleanUri(form.get("resource") ?? form.get("audience"), 512);
	const assertion =
		form.get("assertion") ?? form.get("subject_token") ?? form.get("client_assertion");
	return {
		type: "mcp.auth.token_exchanged",
		endpoint,
		auth: clientAuth(fetched, form, grant),
		detail: {
			...(grant !== undefined && { grant }),
			...(resource !== undefined && { resource }),
			...(scopes.length > 0 && { scopes_requested: scopes }),
			...(assertion !== null &&
				assertion !== "" && { assertion_digest: digester.digest("assertion", assertion) }),
		},
	};
}

function registrationAsked(fetched: Fetched, endpoint: URL): AuthAsked | undefined {
	const body = fetched.body();
	if (body === undefined || !body.includes('"redirect_uris"')) return undefined;
	const metadata: unknown = JSON.parse(body);
	if (!isObject(metadata) || "jsonrpc" in metadata || !Array.isArray(metadata["redirect_uris"]))
		return undefined;
	const scopes = scopesOf(metadata["scope"]);
	const grants: unknown = metadata["grant_types"];
	const grant = grantWord(Array.isArray(grants) ? grants[0] : undefined);
	return {
		type: "mcp.auth.client_registered",
		endpoint,
		auth: clientAuth(fetched, undefined),
		detail: {
			...(grant !== undefined && { grant }),
			...(scopes.length > 0 && { scopes_requested: scopes }),
		},
	};
}

/** Tells what is asked of an authorization server (RFC 6749, 7523, 7591, 8693); undefined for all else. */
export function authAsked(fetched: Fetched, digester: Digester): AuthAsked | undefined {
	const { method, url } = fetched;
	if (method !== "POST" || url === undefined) return undefined;
	try {
		return tokenAsked(fetched, url, digester) ?? registrationAsked(fetched, url);
	} catch {
		return undefined;
	}
}

/** What was granted, and how long it holds; a token leaves as a keyed digest. */
export function granted(
	asked: AuthAsked,
	answer: JsonObject | undefined,
	digester: Digester,
	nowMs: number,
): { readonly detail: AuthorizationDetail; readonly auth: Auth } {
	const detail: Writable<AuthorizationDetail> = { ...asked.detail };
	const auth: Writable<Auth> = { ...asked.auth };
	const error = answer?.["error"];
	if (typeof error === "string" && WORD.test(error)) detail.error = error;
	const scope = answer?.["scope"];
	const token = answer?.["access_token"];
	const isToken = asked.type === "mcp.auth.token_exchanged";
	if (scope !== undefined) {
		const scopes = scopesOf(scope);
		if (scopes.length > 0) detail.scopes_granted = scopes;
	}
	// Left out where it is what was asked for (RFC 6749 §5.1).
	else if (token !== undefined && detail.scopes_requested)
		detail.scopes_granted = detail.scopes_requested;
	if (isToken && typeof token === "string" && token !== "") {
		// What is exchanged for another assertion is presented as one: its digest is found again there.
		const issued = answer?.["issued_token_type"];
		const isAssertion = typeof issued === "string" && /:(id-jag|jwt)$/.test(issued);
		detail.token_digest = digester.digest(isAssertion ? "assertion" : "token", token);
		const seconds = answer?.["expires_in"];
		if (typeof seconds === "number" && seconds >= 0 && seconds <= 10 * 366 * 86_400)
			auth.token_expires = new Date(nowMs + Math.trunc(seconds) * 1000).toISOString();
		if (String(answer?.["token_type"]).toLowerCase() === "dpop") auth.binding = "dpop";
		else if (auth.binding === "dpop") auth.binding = "none";
	}
	if (!isToken) {
		const id = cleanText(answer?.["client_id"], 512);
		if (id !== undefined) auth.client_id = id;
	}
	return { detail, auth };
}

/** OAuth error codes (RFC 6749 §5.2, 7591, 8707, 9449) in the words of an outcome. */
const reasons: ReadonlyMap<unknown, Reason> = new Map([
	["invalid_grant", "invalid_token"],
	["invalid_scope", "insufficient_scope"],
	["invalid_target", "wrong_audience"],
	["invalid_dpop_proof", "binding_failed"],
	["use_dpop_nonce", "binding_failed"],
]);

/** What an authorization server's answer comes to. */
export function authOutcome(
	asked: AuthAsked,
	status: number | undefined,
	answer: JsonObject | undefined,
): Outcome {
	if (status === undefined)
		return { status: "unknown", layer: "transport", reason: "send_failed", executed: "unknown" };
	const http = status >= 100 && status <= 599 ? { http_status: status } : {};
	if (status >= 500)
		return {
			status: "failure",
			layer: "transport",
			reason: "internal_error",
			executed: "unknown",
			...http,
		};
	const error = answer?.["error"];
	if (status >= 400 || error !== undefined)
		return {
			status: "denied",
			layer: "auth",
			reason: reasons.get(error) ?? "insufficient_authorization",
			executed: "no",
			...http,
		};
	const member = asked.type === "mcp.auth.token_exchanged" ? "access_token" : "client_id";
	if (answer !== undefined && typeof answer[member] !== "string")
		return {
			status: "unknown",
			layer: "protocol",
			reason: "invalid_result",
			executed: "unknown",
			...http,
		};
	return { status: "success", executed: "yes", ...http };
}
