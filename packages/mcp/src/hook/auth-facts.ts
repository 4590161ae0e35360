import type { AuthFacts } from "../credentials.ts";
import type { JsonObject } from "../json-object.ts";
import { isObject } from "./frame.ts";
import { member } from "./loose.ts";

/** Claims a verifier may put into `extra` that say who, for whom and how bound; nothing else is read. */
const CLAIMS = [
	"iss",
	"sub",
	"tid",
	"tenant",
	"tenant_id",
	"org_id",
	"act",
	"azp",
	"client_id",
	"aud",
	"cnf",
	"gty",
	"grant_type",
] as const;

/** `scheme token68` (RFC 9110 §11.4). */
const CREDENTIAL = /^([A-Za-z][A-Za-z0-9-]*) +([A-Za-z0-9._~+/-]+=*)$/;

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

/** The claims that are listed, without any that repeats the token. */
function claimsOf(extra: unknown, token: unknown): JsonObject {
	const claims: Record<string, unknown> = {};
	if (!isObject(extra)) return claims;
	for (const name of CLAIMS) {
		const value = extra[name];
		if (value === undefined || value === null || value === token) continue;
		// A user id is often a number in a database; RFC 7519 wants text.
		claims[name] = typeof value === "number" || typeof value === "bigint" ? `${value}` : value;
	}
	return claims;
}

/** Without a token it is no `AuthInfo`: others keep what they know of a user, or what was asked for, in the same place. */
export const isAuthInfo = (value: unknown): value is JsonObject =>
	isObject(value) && typeof value["token"] === "string";

/** Reads an SDK's `AuthInfo`. The only place that touches the token: it leaves as a keyed digest. */
export function authFacts(
	authInfo: unknown,
	digestToken: ((token: string) => string) | undefined,
): AuthFacts | undefined {
	if (!isAuthInfo(authInfo)) return undefined;
	const { token, clientId, scopes, expiresAt, resource, extra } = authInfo;
	const href = member(resource, "href") ?? resource;
	const tokenDigest = isText(token) ? digestToken?.(token) : undefined;
	return {
		scopes: Array.isArray(scopes)
			? scopes.slice(0, 64).filter((scope) => isText(scope) && scope !== token)
			: [],
		claims: claimsOf(extra, token),
		...(isText(clientId) && clientId !== token && { clientId }),
		...(tokenDigest !== undefined && { tokenDigest }),
		...(Number.isSafeInteger(expiresAt) && { expiresAtMs: Number(expiresAt) * 1000 }),
		...(typeof href === "string" && { resource: href }),
	};
}

/** As {@link authFacts}, where no verifier of this host said anything: a header's credential leaves as a keyed digest. */
export function credentialDigest(
	authorization: string | undefined,
	digestToken: (token: string) => string,
): string | undefined {
	const [, scheme = "", token = ""] = CREDENTIAL.exec(authorization ?? "") ?? [];
	return token === "" || scheme.toLowerCase() === "basic" ? undefined : digestToken(token);
}
