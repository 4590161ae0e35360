import type { Digester } from "@mcp-trail/audit";
import type { AuthorizationDetail, Auth } from "@mcp-trail/event";
import { credentialDigest } from "../hook/auth-facts.ts";
import { schemeOf } from "../hook/http-facts.ts";
import { tokenChallenge } from "../http/challenge.ts";
import type { Carried } from "../credentials.ts";
import type { Fetched } from "./fetched.ts";
import { scopesOf } from "./oauth.ts";
import { proofKey } from "./proof-key.ts";

const WORD = /^[a-z][a-z0-9_]{0,63}$/;

/** What a request was sent with; `before` is what the same request was refused with. */
export function carriedBy(
	fetched: Fetched,
	digester: Digester,
	before: Carried | undefined,
): Carried {
	const proof = fetched.header("dpop");
	const keyThumbprint = proofKey(proof);
	const tokenDigest = credentialDigest(fetched.header("authorization"), (token) =>
		digester.digest("token", token),
	);
	return {
		authScheme: schemeOf((name) => fetched.header(name)) ?? "other",
		...(tokenDigest !== undefined && { tokenDigest }),
		...(proof !== undefined && { binding: "dpop" }),
		...(keyThumbprint !== undefined && { keyThumbprint }),
		challenges: before?.challenges ?? 0,
		...(before?.challenge && { challenge: before.challenge }),
	};
}

/** Adds what a server answered: its status, and what it asks for (RFC 6750 §3, RFC 9470). */
export function noteAnswer(carried: Carried, { status, headers }: Response): Carried {
	if (status !== 401 && status !== 403) return { ...carried, status };
	const parameters = tokenChallenge(headers.get("www-authenticate") ?? undefined)?.parameters;
	const error = parameters?.get("error");
	return {
		...carried,
		status,
		challenges: carried.challenges + 1,
		challenge: {
			...(error !== undefined && WORD.test(error) && { error }),
			scopes: scopesOf(parameters?.get("scope")),
		},
	};
}

/** How the request authenticated. */
export function authOf(carried: Carried): Auth {
	const { authScheme, binding, tokenDigest, keyThumbprint } = carried;
	return {
		scheme: authScheme,
		...(binding !== undefined && { binding }),
		...(tokenDigest !== undefined && { token_digest: tokenDigest }),
		...(keyThumbprint !== undefined && { key_thumbprint: keyThumbprint }),
	};
}

/** What a request was challenged for, and how often before it was let through or given up. */
export function challengedFor(carried: Carried): AuthorizationDetail | undefined {
	const { challenge, challenges } = carried;
	if (challenge === undefined) return undefined;
	const { error, scopes } = challenge;
	return {
		...(error !== undefined && { error }),
		...(scopes.length > 0 && { scopes_requested: scopes }),
		attempt: challenges,
	};
}
