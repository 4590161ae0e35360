import type { Digester, Policy } from "@mcp-trail/audit";
import {
	cleanText,
	type Actor,
	type Auth,
	type ClientInfo,
	type Delegate,
	type Principal,
} from "@mcp-trail/event";
import { isObject } from "../hook/frame.ts";
import type { KnownIdentity } from "../identity/identity.ts";
import type { AuthFacts, CertificateFacts } from "../credentials.ts";
import type { Exchange } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const MAX_DELEGATES = 10;
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;
const WORD = /^[a-z][a-z0-9_]{0,63}$/;

/** Makes digests of ids where the policy keeps no ids; undefined = the ids themselves are kept. */
export type Keeps = ((id: string) => string) | undefined;

/** What is kept of who somebody is: the id, or its keyed digest. */
function kept(id: string | undefined, keeps: Keeps): Pick<Principal, "id" | "id_digest"> {
	if (id === undefined) return {};
	return keeps === undefined ? { id } : { id_digest: keeps(id) };
}

/** How a policy wants ids to be kept. */
export function keepsOf(policy: Policy, digester: Digester): Keeps {
	return policy.principals === "digest" ? (id) => digester.digest("principal", id) : undefined;
}

/** The first of several claims that holds text. */
function claim(claims: JsonObject, names: readonly string[], max: number): string | undefined {
	for (const name of names) {
		const text = cleanText(claims[name], max);
		if (text !== undefined) return text;
	}
	return undefined;
}

/** Ids of workloads: SPIFFE's, and those of a Kubernetes service account (its token is what federation exchanges). */
const WORKLOADS = ["spiffe://", "system:serviceaccount:"] as const;

/** RFC 9068 has no claim for it: a workload says so in its id, a service is its own client or was granted as one. */
function typeOf(
	subject: string | undefined,
	clientId: string | undefined,
	grant?: string,
): Principal["type"] {
	if (subject === undefined) return "unknown";
	if (WORKLOADS.some((start) => subject.startsWith(start))) return "workload";
	return subject === clientId || grant === "client_credentials" ? "service" : "user";
}

/** The name of a grant as a word: of `urn:ietf:params:oauth:grant-type:jwt-bearer` the last part. */
export function grantWord(grant: unknown): string | undefined {
	const name = cleanText(grant, 256)?.split(":").at(-1)?.replaceAll("-", "_").toLowerCase();
	return name !== undefined && WORD.test(name) ? name : undefined;
}

const grantOf = (claims: JsonObject): string | undefined =>
	grantWord(claim(claims, ["gty", "grant_type"], 256));

/** The `act` chain of RFC 8693, current actor first; a longer chain is cut. */
function delegationOf(claims: JsonObject, keeps: Keeps): readonly Delegate[] {
	const chain: Delegate[] = [];
	let act = claims["act"];
	while (isObject(act) && chain.length < MAX_DELEGATES) {
		const id = cleanText(act["sub"], 256);
		const issuer = cleanText(act["iss"], 512);
		chain.push({
			type: typeOf(id, cleanText(act["client_id"], 256)),
			...kept(id, keeps),
			...(issuer !== undefined && { issuer }),
		});
		act = act["act"];
	}
	return chain;
}

/**
 * The key a token is bound to (RFC 9449, RFC 8705), and whether that is the one of the certificate that came with it:
 * a token that names another is bound to nothing that was shown.
 */
function bindingOf(
	{ cnf }: JsonObject,
	certificate: CertificateFacts | undefined,
): Pick<Auth, "binding" | "key_thumbprint"> {
	const shown = certificate?.thumbprint;
	const proof = shown === undefined ? {} : { key_thumbprint: shown };
	if (!isObject(cnf)) return proof;
	const dpop = typeof cnf["jkt"] === "string";
	const thumbprint = dpop ? cnf["jkt"] : cnf["x5t#S256"];
	if (typeof thumbprint !== "string") return proof;
	if (!dpop && shown !== undefined)
		return { binding: shown === thumbprint ? "mtls" : "none", ...proof };
	return {
		binding: dpop ? "dpop" : "mtls",
		...(THUMBPRINT.test(thumbprint) && { key_thumbprint: thumbprint }),
	};
}

function audienceOf(claims: JsonObject, resource: string | undefined): readonly string[] {
	const { aud } = claims;
	const named = Array.isArray(aud) ? aud.slice(0, 8) : aud === undefined ? [resource] : [aud];
	const audience: string[] = [];
	for (const one of named) {
		const text = cleanText(one, 512);
		if (text !== undefined) audience.push(text);
	}
	return audience;
}

function scopesOf(auth: AuthFacts): readonly string[] {
	const scopes: string[] = [];
	for (const scope of auth.scopes) {
		const text = cleanText(scope, 128);
		if (text !== undefined && scopes.length < 64) scopes.push(text);
	}
	return scopes;
}

const LAST_TIME_MS = Date.UTC(9999, 11, 31);

/** Whatever a peer sent: a request, or a frame that is none. */
export type FromPeer = Pick<
	Exchange,
	"auth" | "authScheme" | "certificate" | "client" | "identity" | "tokenDigest"
>;

function authOf(auth: AuthFacts, from: FromPeer): Auth {
	const clientId = cleanText(auth.clientId, 512);
	const scopes = scopesOf(auth);
	const audience = audienceOf(auth.claims, auth.resource);
	const { binding, key_thumbprint } = bindingOf(auth.claims, from.certificate);
	const grant = grantOf(auth.claims);
	const scheme = from.authScheme;
	const expires = auth.expiresAtMs;
	return {
		scheme:
			scheme !== undefined && scheme !== "none" ? scheme : binding === "dpop" ? "dpop" : "bearer",
		...(binding !== undefined && { binding }),
		...(clientId !== undefined && { client_id: clientId }),
		...(scopes.length > 0 && { scopes }),
		...(audience.length > 0 && { audience }),
		...(grant !== undefined && { grant }),
		...(auth.tokenDigest !== undefined && { token_digest: auth.tokenDigest }),
		...(expires !== undefined &&
			expires >= 0 &&
			expires <= LAST_TIME_MS && { token_expires: new Date(expires).toISOString() }),
		...(key_thumbprint !== undefined && { key_thumbprint }),
	};
}

function principalOf(auth: AuthFacts, keeps: Keeps): Principal {
	const { claims } = auth;
	const id = cleanText(claims["sub"], 256);
	const issuer = cleanText(claims["iss"], 512);
	const tenant = claim(claims, ["tid", "tenant", "tenant_id", "org_id"], 128);
	const clientId = claim(claims, ["azp", "client_id"], 256) ?? cleanText(auth.clientId, 256);
	return {
		type: typeOf(id, clientId, grantOf(claims)),
		...kept(id, keeps),
		...(issuer !== undefined && { issuer }),
		...(tenant !== undefined && { tenant }),
		assurance: "verified",
		source: "access_token",
	};
}

/** Who a certificate names; whether that is a person or a program, it does not say of itself. */
function namedBy({ id: name, issuer: signer }: CertificateFacts, keeps: Keeps): Principal {
	const id = cleanText(name, 256);
	const issuer = cleanText(signer, 512);
	return {
		type: WORKLOADS.some((start) => id?.startsWith(start)) ? "workload" : "unknown",
		...kept(id, keeps),
		...(issuer !== undefined && { issuer }),
		assurance: "verified",
		source: "client_certificate",
	};
}

const unknown: Principal = { type: "unknown", assurance: "none", source: "none" };
const anonymous: Principal = { type: "anonymous", assurance: "none", source: "none" };

const clients = new WeakMap<object, ClientInfo>();

/** What a peer calls itself; it says so once for many requests. */
function clientOf({ client }: FromPeer): ClientInfo | undefined {
	if (client === undefined) return undefined;
	const known = clients.get(client);
	if (known) return known;
	const name = cleanText(client.name, 128);
	if (name === undefined) return undefined;
	const version = cleanText(client.version, 64);
	const info = version === undefined ? { name } : { name, version };
	clients.set(client, info);
	return info;
}

/** What the application said, as it may be kept. */
function identityOf({ identity }: FromPeer, keeps: Keeps): KnownIdentity | undefined {
	if (identity === undefined || keeps === undefined) return identity;
	const { principal, delegation } = identity;
	const { id, type, ...rest } = principal;
	return {
		principal: { type, ...kept(id, keeps), ...rest },
		delegation: delegation.map(({ id: delegate, type: kind, ...who }) => ({
			type: kind,
			...kept(delegate, keeps),
			...who,
		})),
	};
}

/**
 * Who asked. What the application itself verified counts first, then claims that a verifier of this host checked, then
 * what the application merely says: it adds a tenant and a kind to a checked principal, but replaces none. A client
 * certificate comes last: it may be a proxy's, and only the application knows whose requests come through that.
 */
function whoOf(
	from: FromPeer,
	keeps: Keeps,
): { readonly principal: Principal; readonly delegation: readonly Delegate[] } {
	const { auth, authScheme, certificate } = from;
	const told = identityOf(from, keeps);
	if (auth === undefined) {
		// No credential came: that is known. One that nobody here checked proves nothing.
		const nobody = authScheme === "none" ? anonymous : unknown;
		if (certificate?.id === undefined || from.identity?.principal.id !== undefined)
			return told ?? { principal: nobody, delegation: NOBODY };
	}
	if (told?.principal.assurance === "verified") return told;
	if (auth !== undefined)
		return {
			principal: withWord(principalOf(auth, keeps), told),
			delegation: delegationOf(auth.claims, keeps),
		};
	const principal = certificate ? namedBy(certificate, keeps) : unknown;
	return { principal: withWord(principal, told), delegation: told?.delegation ?? NOBODY };
}

/** A checked principal, with what the application says beside it. */
function withWord(principal: Principal, told: KnownIdentity | undefined): Principal {
	if (told === undefined) return principal;
	const { type, tenant } = told.principal;
	return inOrder({
		...principal,
		...(type !== "unknown" && type !== "anonymous" && { type }),
		...(principal.tenant === undefined && tenant !== undefined && { tenant }),
	});
}

/** Members as the format has them. */
function inOrder(principal: Principal): Principal {
	const { assurance, source, ...who } = principal;
	return { ...who, assurance, source };
}

const NOBODY: readonly Delegate[] = [];

/** Who asked, and what the peer says of itself, which proves nothing. */
export function actorOf(from: FromPeer, keeps: Keeps): Actor {
	const { auth, authScheme, certificate } = from;
	const { principal, delegation } = whoOf(from, keeps);
	const actor: Writable<Actor> = { principal };
	if (delegation.length > 0) actor.delegation = delegation;
	const client = clientOf(from);
	if (client) actor.client = client;
	if (auth) actor.auth = authOf(auth, from);
	else if (authScheme !== undefined || certificate !== undefined) actor.auth = uncheckedOf(from);
	return actor;
}

/** How a request authenticated that no verifier of this host told anything of. */
function uncheckedOf({ authScheme, certificate, tokenDigest }: FromPeer): Auth {
	const isAlone = certificate !== undefined && (authScheme ?? "none") === "none";
	return {
		scheme: isAlone ? "mtls" : (authScheme ?? "none"),
		...(tokenDigest !== undefined && { token_digest: tokenDigest }),
		...(certificate && { key_thumbprint: certificate.thumbprint }),
	};
}
