import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from "node:crypto";
import type { Call, Reply } from "../../http/testing/contract-server.ts";
import { scripted } from "../../http/testing/scripted.ts";
import type { SecopsSinkOptions } from "../../secops.ts";

const INSTANCE = "0b7a1a52-5a0c-4c39-8c57-3c4b7f0a6d11";
const TOKENS = "https://oauth2.example.com/token";

/** Where events are sent. */
export const IMPORT_PATH = `/v1beta/projects/acme/locations/eu/instances/${INSTANCE}/events:import`;

/** What of an event the server looks at. */
interface Udm {
	readonly metadata: { readonly product_log_id: string; readonly product_event_type: string };
}

/** A new RSA key. */
export const newKey = (): KeyObject =>
	generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

/** The key that Google knows. */
const key = newKey();

/** A service account's key file. */
export const keyFile = (privateKey = key, more: object = {}): string =>
	JSON.stringify({
		type: "service_account",
		client_email: "trail@acme.iam.gserviceaccount.com",
		private_key_id: "k1",
		private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
		token_uri: TOKENS,
		...more,
	});

/** Options that fit the server at `url`. */
export const optionsFor = (url: string): SecopsSinkOptions => ({
	project: "acme",
	region: "eu",
	instance: INSTANCE,
	credentials: keyFile(),
	url,
	tokenUrl: `${url}/token`,
});

/** An error as Google's APIs say it. */
export const googleError = (code: number, status: string, message = "canary-event") => ({
	status: code,
	body: { error: { code, status, message } },
});

const parsed = (part: string | undefined) =>
	JSON.parse(Buffer.from(part ?? "", "base64url").toString());

/** Google's token endpoint and `events:import`, which takes at most 1 MB, all or nothing; the token `given` is valid from the start. */
export async function google() {
	const events: Udm[] = [];
	const valid = new Set<string>(["given"]);
	let grants = 0;
	const grant = (call: Call): Reply | undefined => {
		if (call.path !== "/token") return undefined;
		const form = new URLSearchParams(call.body.toString());
		assert.equal(form.get("grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
		const [head, claims, signature] = (form.get("assertion") ?? "").split(".");
		const good = verify(
			"RSA-SHA256",
			Buffer.from(`${head}.${claims}`),
			createPublicKey(key),
			Buffer.from(signature ?? "", "base64url"),
		);
		const error_description = `Invalid JWT Signature: ${form.get("assertion")}`;
		if (!good) return { status: 400, body: { error: "invalid_grant", error_description } };
		assert.deepEqual(parsed(head), { alg: "RS256", typ: "JWT", kid: "k1" });
		const { iat, exp, ...said } = parsed(claims);
		assert.deepEqual(said, {
			iss: "trail@acme.iam.gserviceaccount.com",
			scope: "https://www.googleapis.com/auth/cloud-platform",
			aud: TOKENS,
		});
		assert.deepEqual([exp - iat, Math.abs(Date.now() / 1000 - iat) < 300], [3600, true]);
		grants += 1;
		const token = `token-${grants}`;
		valid.add(token);
		return { status: 200, body: { access_token: token, expires_in: 3599, token_type: "Bearer" } };
	};
	const destination = await scripted(({ method, path, headers, body }, poison) => {
		assert.deepEqual([method, path], ["POST", IMPORT_PATH]);
		if (!valid.has(headers.authorization?.replace("Bearer ", "") ?? "")) {
			return googleError(401, "UNAUTHENTICATED");
		}
		if (body.byteLength > 1_000_000) return googleError(413, "");
		const sent: readonly { readonly udm: Udm }[] = JSON.parse(body.toString()).inlineSource.events;
		if (sent.some((one) => poison.has(one.udm.metadata.product_log_id))) {
			return googleError(400, "INVALID_ARGUMENT");
		}
		events.push(...sent.map((one) => one.udm));
		return { status: 200, body: {} };
	}, grant);
	return {
		...destination,
		events,
		valid,
		grants: () => grants,
		probes: () => events.filter(isProbe).length,
		ids: () => events.filter((one) => !isProbe(one)).map((one) => one.metadata.product_log_id),
	};
}

const isProbe = ({ metadata }: Udm): boolean =>
	metadata.product_event_type === "ext.mcp-trail.probe";
