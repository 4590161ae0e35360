import { createHmac } from "node:crypto";

const SECRET = /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/u;

/** Reads `whsec_` and the base64 of 24 to 64 bytes; undefined = it is not that. */
export function signingKey(secret: string): Uint8Array | undefined {
	const [, base64] = SECRET.exec(secret) ?? [];
	const key = Buffer.from(base64 ?? "", "base64");
	return key.length >= 24 && key.length <= 64 ? key : undefined;
}

/** What is signed, in the words of Standard Webhooks. */
export interface Signed {
	readonly id: string;
	/** Whole seconds. */
	readonly timestamp: number;
	readonly body: Uint8Array;
}

/** The header `webhook-signature`: one `v1` for each key, so that keys can be rotated. */
export function signature({ id, timestamp, body }: Signed, keys: readonly Uint8Array[]): string {
	return keys
		.map((key) => {
			const hmac = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body);
			return `v1,${hmac.digest("base64")}`;
		})
		.join(" ");
}
