import type { JsonObject } from "./json-object.ts";

/** Scheme of an Authorization header, never its value. */
export type AuthScheme = "none" | "bearer" | "dpop" | "basic" | "api_key" | "other";

/** What a validated credential says, without the credential. */
export interface AuthFacts {
	readonly clientId?: string;
	readonly scopes: readonly string[];
	/** `hmac-sha256:…` of the token, kind `token`. */
	readonly tokenDigest?: string;
	/** Milliseconds since the epoch. */
	readonly expiresAtMs?: number;
	readonly resource?: string;
	/** Claims the verifier put into `extra`; never the token. */
	readonly claims: JsonObject;
}

/** A client certificate that TLS found good. */
export interface CertificateFacts {
	/** Base64url of the SHA-256 of its DER form: `x5t#S256` (RFC 8705 §3.1). */
	readonly thumbprint: string;
	/** Its SPIFFE id, else its subject in the form of RFC 4514. */
	readonly id?: string;
	/** Who signed it, in the form of RFC 4514. */
	readonly issuer?: string;
}

/** What a request was sent with over HTTP, and what its server asked for; never a credential. */
export interface Carried {
	readonly authScheme: AuthScheme;
	/** `hmac-sha256:…` of the token, kind `token`. */
	readonly tokenDigest?: string;
	/** A proof of possession came with it. */
	readonly binding?: "dpop";
	/** RFC 7638 thumbprint of that proof's key. */
	readonly keyThumbprint?: string;
	/** HTTP status of the last answer. */
	readonly status?: number;
	/** How often it was answered 401 or 403. */
	readonly challenges: number;
	/** What the last of these asked for. */
	readonly challenge?: { readonly error?: string; readonly scopes: readonly string[] };
}
