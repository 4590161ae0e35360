import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import type { SinkError } from "@mcp-trail/audit";
import { parsedJson, textMember } from "../http/json.ts";
import { sinkError } from "../sink-error.ts";

/** What a service account's key file says. */
interface ServiceAccount {
	readonly email: string;
	readonly keyId: string;
	readonly key: KeyObject;
	/** Who may take the assertion. */
	readonly tokenUri: string;
}

const LIFETIME_S = 3600;
const SCOPE = "https://www.googleapis.com/auth/cloud-platform";

/**
 * Makes the signed assertion (RFC 7523, RS256) that Google takes for an access token, from the JSON of a service
 * account's key file; throws a `SinkError` that quotes none of it.
 */
export function assertionOf(keyFile: string, nowMs: number): string {
	const { email, keyId, key, tokenUri } = serviceAccount(keyFile);
	const now = Math.floor(nowMs / 1000);
	const head = encoded({ alg: "RS256", typ: "JWT", kid: keyId });
	const claims = { iss: email, scope: SCOPE, aud: tokenUri, iat: now, exp: now + LIFETIME_S };
	const signed = `${head}.${encoded(claims)}`;
	return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), key).toString("base64url")}`;
}

function serviceAccount(keyFile: string): ServiceAccount {
	const parsed = parsedJson(keyFile);
	const said = (name: string): string => textMember(parsed, name);
	if (said("type") !== "service_account" || said("client_email") === "") {
		throw unusable("is not the JSON of a service account's key");
	}
	let key: KeyObject;
	try {
		key = createPrivateKey(said("private_key"));
	} catch {
		throw unusable("has a `private_key` that cannot be read");
	}
	if (key.asymmetricKeyType !== "rsa") throw unusable("has a `private_key` that is not RSA");
	const tokenUri = said("token_uri") || "https://oauth2.googleapis.com/token";
	return { email: said("client_email"), keyId: said("private_key_id"), key, tokenUri };
}

function encoded(part: object): string {
	return Buffer.from(JSON.stringify(part)).toString("base64url");
}

function unusable(problem: string): SinkError {
	return sinkError(
		"secret_unreadable",
		"hold",
		`The value of \`credentials\` ${problem}. Make a key of the service account and set it whole.`,
	);
}
