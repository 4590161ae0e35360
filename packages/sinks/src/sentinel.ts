import type { Sink } from "@mcp-trail/audit";
import { asim, type Format } from "@mcp-trail/formats";
import type { SealedEvent } from "@mcp-trail/integrity";
import { askToken, keptTokens, postWithToken } from "./http/access-tokens.ts";
import { deliverParts } from "./http/deliver-parts.ts";
import { jsonLine, listed } from "./http/encoded.ts";
import { fairProbe, fairSend, type FairSending, refusedBody } from "./http/fair-send.ts";
import { faultOfStatus } from "./http/http-faults.ts";
import {
	checkHttpOptions,
	checkUrl,
	type HttpOptions,
	optionCheck,
	SECRET,
} from "./http/http-options.ts";
import { member, parsedJson, textMember } from "./http/json.ts";
import { httpPoster } from "./http/poster.ts";
import { isSecret, type Secret } from "./http/secrets.ts";
import { probeEvent } from "./probe-event.ts";
import { clouds } from "./sentinel/clouds.ts";
import { hasLongField } from "./sentinel/long-field.ts";

export type { HttpOptions, HttpProxyOptions, HttpTlsOptions } from "./http/http-options.ts";
export type { Secret } from "./http/secrets.ts";

/** How {@link sentinelSink} reaches its workspace. */
export interface SentinelSinkOptions extends HttpOptions {
	/** Logs ingestion endpoint of the data collection rule or of a data collection endpoint. */
	readonly url: string;
	/** Immutable id of the data collection rule, `dcr-…`. */
	readonly ruleId: string;
	/** Stream that the rule declares. @default "Custom-McpAudit" */
	readonly stream?: string;
	readonly tenantId: string;
	/** Of the application that has the role Monitoring Metrics Publisher on the rule. */
	readonly clientId: string;
	/** Of that application; this or `clientAssertion`. */
	readonly clientSecret?: Secret;
	/** A federated token instead of a secret, such as `{ file: "/var/run/secrets/azure/tokens/azure-identity-token" }`. */
	readonly clientAssertion?: Secret;
	/** @default "public" */
	readonly cloud?: keyof typeof clouds;
	/** Instead of the cloud's: the origin that gives tokens. */
	readonly loginUrl?: string;
	/** What a row is; a format of JSON objects that fits the stream. @default ASIM AuditEvent */
	readonly format?: Format;
	/** `^[a-z][a-z0-9_-]{0,31}$` @default "sentinel" */
	readonly name?: string;
}

/** The call's limit of 1 MB counts before and after compression: room is left for gzip of what does not compress. */
const MAX_BYTES = 999_000;
const MAX_EVENTS = 1_000;
const ID = /^[A-Za-z0-9.-]{1,128}$/u;

/**
 * Sends events to Microsoft Sentinel by Azure Monitor's Logs Ingestion API, as rows of ASIM AuditEvent with the
 * event's id in `EventUid`: at least once. A row with a field above 64 KB is refused here, because Azure would cut
 * it and say yes. The table, the rule and first queries are in schemas/siem/sentinel/.
 *
 * Throws `TypeError` on an invalid option.
 *
 * @example
 * ```ts
 * import { sentinelSink } from "@mcp-trail/sinks/sentinel";
 *
 * const audit = openAudit({
 * 	service: "tickets",
 * 	trail: fileTrail({ dir: "/var/lib/tickets/audit" }),
 * 	sinks: [
 * 		sentinelSink({
 * 			url: "https://mcp-audit-x1y2.westeurope-1.ingest.monitor.azure.com",
 * 			ruleId: "dcr-00000000000000000000000000000000",
 * 			tenantId: "00000000-0000-0000-0000-000000000000",
 * 			clientId: "00000000-0000-0000-0000-000000000000",
 * 			clientSecret: { env: "AZURE_CLIENT_SECRET" },
 * 		}),
 * 	],
 * });
 * ```
 */
export function sentinelSink(options: SentinelSinkOptions): Sink {
	const {
		ruleId,
		stream = "Custom-McpAudit",
		tenantId,
		clientId,
		clientSecret,
		clientAssertion,
		cloud = "public",
		format = asim,
		name = "sentinel",
	} = options;
	const check = optionCheck("sentinelSink");
	const base = checkUrl(check, "url", options.url);
	check(base.search === "", "url", "takes no query");
	checkHttpOptions(check, name, options);
	check(/^dcr-[0-9a-f]{32}$/u.test(ruleId), "ruleId", "takes the rule's immutable id, `dcr-…`");
	check(/^Custom-[A-Za-z0-9_]{1,100}$/u.test(stream), "stream", "takes a name `Custom-…`");
	check(ID.test(tenantId), "tenantId", "takes the directory's id or domain");
	check(ID.test(clientId), "clientId", "takes the application's id");
	const option = clientAssertion === undefined ? "clientSecret" : "clientAssertion";
	const credential = clientAssertion ?? clientSecret ?? "";
	check(isSecret(credential), option, SECRET);
	const one = clientSecret === undefined || clientAssertion === undefined;
	check(one, "clientAssertion", "cannot be set together with `clientSecret`");
	check(Object.hasOwn(clouds, cloud), "cloud", `takes ${Object.keys(clouds).join(", ")}`);
	check(/\bjson\b/u.test(format.mediaType), "format", "takes a format of JSON objects");
	const login = checkUrl(check, "loginUrl", options.loginUrl ?? clouds[cloud].login);

	const rule = `dataCollectionRules/${ruleId}/streams/${stream}?api-version=2023-01-01`;
	const url = new URL(`${base.pathname.replace(/\/$/u, "")}/${rule}`, base);
	const poster = httpPoster({ ...options, destination: "Microsoft Sentinel", url: base });
	const entra = httpPoster({
		...options,
		gzip: false,
		destination: "Microsoft Entra",
		url: login,
	});
	const tokens = keptTokens(async () => {
		const secret = await entra.secrets.read(credential, option);
		return askToken(entra, new URL(`/${tenantId}/oauth2/v2.0/token`, login), {
			grant_type: "client_credentials",
			client_id: clientId,
			scope: clouds[cloud].scope,
			...(option === "clientSecret"
				? { client_secret: secret }
				: { client_assertion: secret, client_assertion_type: ASSERTION }),
		});
	});

	function encode(event: SealedEvent): Uint8Array {
		const row = jsonLine(event, format);
		if (hasLongField(row)) throw poster.fault("event_too_large");
		return row;
	}

	const sending = (signal: AbortSignal): FairSending => ({
		post: async (rows) => {
			const body = listed(rows);
			const request = { url, headers: { "content-type": "application/json" }, body };
			const answer = await postWithToken(poster, tokens, request, signal);
			const { status, retryAfterMs } = answer;
			if (status === 204) return undefined;
			const error = member(parsedJson(answer.body), "error");
			const code = textMember(error, "code");
			if (status === 400 || status === 413) {
				// Only the code is quoted: the message may hold what the event says.
				return refusedBody(poster, { status, said: code });
			}
			const said = `${code} ${textMember(error, "message")}`.trim();
			throw poster.fault(faultOfStatus(status), { status, said, retryAfterMs });
		},
		probe: () => jsonLine(probeEvent(), format),
	});

	async function deliver(batch: readonly SealedEvent[], signal: AbortSignal): Promise<void> {
		await deliverParts(batch, {
			place: `Microsoft Sentinel at ${base.origin}`,
			maxEvents: MAX_EVENTS,
			maxBytes: MAX_BYTES,
			frameBytes: 2,
			betweenBytes: 1,
			encode,
			send: fairSend(sending(signal)),
		});
	}

	return {
		name,
		delivery: "at_least_once",
		ordered: false,
		limits: { events: MAX_EVENTS, bytes: 700_000, inFlight: 2 },
		write: deliver,
		probe: async (signal) => fairProbe(sending(signal)),
		close: async () => {
			poster.close();
			entra.close();
		},
	};
}

const ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
