import { createHash } from "node:crypto";
import { isObject } from "../hook/frame.ts";

const MAX_LENGTH = 8192;

/** Members that a thumbprint is made of, in order (RFC 7638 §3.2, RFC 8037). */
const members: Readonly<Record<string, readonly string[]>> = {
	EC: ["crv", "kty", "x", "y"],
	OKP: ["crv", "kty", "x"],
	RSA: ["e", "kty", "n"],
};

/** The RFC 7638 thumbprint of the public key that a DPoP proof names (RFC 9449 §4.2); nothing else of the proof is kept. */
export function proofKey(proof: string | undefined): string | undefined {
	if (proof === undefined || proof.length > MAX_LENGTH) return undefined;
	try {
		const end = proof.indexOf(".");
		const head: unknown = JSON.parse(
			Buffer.from(proof.slice(0, Math.max(0, end)), "base64url").toString("utf8"),
		);
		const jwk = isObject(head) ? head["jwk"] : undefined;
		if (!isObject(jwk)) return undefined;
		const names = typeof jwk["kty"] === "string" ? members[jwk["kty"]] : undefined;
		if (names === undefined || names.some((name) => typeof jwk[name] !== "string"))
			return undefined;
		const canonical = JSON.stringify(Object.fromEntries(names.map((name) => [name, jwk[name]])));
		return createHash("sha256").update(canonical).digest("base64url");
	} catch {
		return undefined;
	}
}
