import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { Call, Reply } from "../../http/testing/contract-server.ts";
import { scripted } from "../../http/testing/scripted.ts";
import type { SentinelSinkOptions } from "../../sentinel.ts";

const RULE = `dcr-${"0123456789abcdef".repeat(2)}`;

/** Where rows are sent. */
export const INGESTION_PATH = `/dataCollectionRules/${RULE}/streams/Custom-McpAudit`;

/** What of a row the server looks at. */
interface Row {
	readonly EventUid: string;
	readonly EventOriginalType: string;
}

/** Options that fit the server at `url`. */
export const optionsFor = (url: string): SentinelSinkOptions => ({
	url,
	ruleId: RULE,
	tenantId: "tenant",
	clientId: "app",
	clientSecret: "secret",
	loginUrl: url,
});

/** Entra and the Logs Ingestion API: takes an array of at most 1 MB, compressed and not, all or nothing. */
export async function azure({ scope = "https://monitor.azure.com//.default" } = {}) {
	const rows: Row[] = [];
	const valid = new Set<string>();
	const forms: URLSearchParams[] = [];
	let tokenReplies: Reply[] = [];
	const grant = (call: Call): Reply | undefined => {
		if (call.path !== "/tenant/oauth2/v2.0/token") return undefined;
		const reply = tokenReplies.shift();
		if (reply !== undefined) return reply;
		const form = new URLSearchParams(call.body.toString());
		forms.push(form);
		const credential = form.get("client_secret") ?? form.get("client_assertion");
		if (form.get("client_id") !== "app" || credential !== "secret") {
			const error = "invalid_client";
			const error_description = `AADSTS7000215: Invalid client secret provided: ${credential}`;
			return { status: 401, body: { error, error_description } };
		}
		assert.deepEqual([form.get("grant_type"), form.get("scope")], ["client_credentials", scope]);
		const token = `token-${forms.length - 1}`;
		valid.add(token);
		return { status: 200, body: { token_type: "Bearer", expires_in: 3599, access_token: token } };
	};
	const destination = await scripted(({ method, path, query, headers, body }, poison) => {
		assert.deepEqual(
			[method, path, query.get("api-version")],
			["POST", INGESTION_PATH, "2023-01-01"],
		);
		if (!valid.has(headers.authorization?.replace("Bearer ", "") ?? "")) {
			return { status: 401, body: { error: { code: "InvalidToken", message: "Expired" } } };
		}
		const sent: Row[] = JSON.parse(body.toString());
		if (body.byteLength > 1_000_000 || gzipSync(body).byteLength > 1_000_000) {
			return { status: 413, body: { error: { code: "ContentLengthLimitExceeded" } } };
		}
		if (sent.some(({ EventUid }) => poison.has(EventUid))) {
			return { status: 400, body: { error: { code: "InvalidData", message: "canary-event" } } };
		}
		rows.push(...sent);
		return { status: 204 };
	}, grant);
	return {
		...destination,
		rows,
		forms,
		forgetTokens: () => valid.clear(),
		answerTokens: (next: readonly Reply[]) => {
			tokenReplies = [...next];
		},
		probes: () => rows.filter(isProbe).length,
		ids: () => rows.filter((row) => !isProbe(row)).map(({ EventUid }) => EventUid),
	};
}

const isProbe = ({ EventOriginalType }: Row): boolean =>
	EventOriginalType === "ext.mcp-trail.probe";
