import type { Sink } from "@mcp-trail/audit";
import { udm } from "@mcp-trail/formats";
import type { SealedEvent } from "@mcp-trail/integrity";
import { askToken, keptTokens, postWithToken, readTokens } from "./http/access-tokens.ts";
import { deliverParts } from "./http/deliver-parts.ts";
import { listed } from "./http/encoded.ts";
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
import { assertionOf } from "./secops/service-account.ts";

export type { HttpOptions, HttpProxyOptions, HttpTlsOptions } from "./http/http-options.ts";
export type { Secret } from "./http/secrets.ts";

/** How {@link secopsSink} reaches its instance. */
export interface SecopsSinkOptions extends HttpOptions {
	/** Id or number of the Google Cloud project. */
	readonly project: string;
	/** Of the instance, such as `us`, `eu` or `europe-west2`. */
	readonly region: string;
	/** Customer id of the instance, a UUID. */
	readonly instance: string;
	/** The JSON of a service account's key; the account may `chronicle.events.import`. This or `token`. */
	readonly credentials?: Secret;
	/** An access token that something else renews, such as a file that workload identity writes: read for each request. */
	readonly token?: Secret;
	/** Instead of the region's: the origin of the API. */
	readonly url?: string;
	/** Where a key is exchanged for a token. @default "https://oauth2.googleapis.com/token" */
	readonly tokenUrl?: string;
	/** Sends bodies compressed; Google documents none for this method. @default false */
	readonly gzip?: boolean;
	/** `^[a-z][a-z0-9_-]{0,31}$` @default "secops" */
	readonly name?: string;
}

const MAX_BYTES = 1_000_000;
const MAX_EVENTS = 1_000;
const HEAD = '{"inlineSource":{"events":[';
const TAIL = "]}}";

/**
 * Sends events to Google Security Operations by `events:import`, as UDM with the event's id in
 * `metadata.product_log_id`: at least once. A request is taken whole or not at all, so one that is refused is halved.
 *
 * Throws `TypeError` on an invalid option.
 *
 * @example
 * ```ts
 * import { secopsSink } from "@mcp-trail/sinks/secops";
 *
 * const audit = openAudit({
 * 	service: "tickets",
 * 	trail: fileTrail({ dir: "/var/lib/tickets/audit" }),
 * 	sinks: [
 * 		secopsSink({
 * 			project: "acme-security",
 * 			region: "eu",
 * 			instance: "00000000-0000-0000-0000-000000000000",
 * 			credentials: { file: "/etc/tickets/secops-key.json" },
 * 		}),
 * 	],
 * });
 * ```
 */
export function secopsSink(options: SecopsSinkOptions): Sink {
	const { project, region, instance, credentials, token, gzip = false, name = "secops" } = options;
	const check = optionCheck("secopsSink");
	check(/^[a-z0-9][a-z0-9:.-]{0,62}$/u.test(project), "project", "takes a project's id or number");
	check(/^[a-z]+(?:-[a-z]+\d*)*$/u.test(region), "region", "takes a region, such as us");
	check(
		/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu.test(instance),
		"instance",
		"takes a UUID",
	);
	const base = checkUrl(check, "url", options.url ?? `https://${region}-chronicle.googleapis.com`);
	check(base.search === "", "url", "takes no query");
	const tokenUrl = options.tokenUrl ?? "https://oauth2.googleapis.com/token";
	const grants = checkUrl(check, "tokenUrl", tokenUrl);
	checkHttpOptions(check, name, options);
	const option = token === undefined ? "credentials" : "token";
	const secret = token ?? credentials ?? "";
	check(isSecret(secret), option, SECRET);
	const one = token === undefined || credentials === undefined;
	check(one, "token", "cannot be set together with `credentials`");

	const parent = `projects/${project}/locations/${region}/instances/${instance}`;
	const path = `${base.pathname.replace(/\/$/u, "")}/v1beta/${parent}/events:import`;
	const url = new URL(path, base);
	const poster = httpPoster({ ...options, gzip, destination: "Google SecOps", url: base });
	const google = httpPoster({
		...options,
		gzip: false,
		destination: "Google's tokens",
		url: grants,
	});
	const tokens =
		option === "token"
			? readTokens(poster, secret, option)
			: keptTokens(async () => {
					const keyFile = await google.secrets.read(secret, option);
					const assertion = google.secrets.hide(assertionOf(keyFile, Date.now()));
					return askToken(google, grants, { grant_type: JWT_BEARER, assertion });
				});

	const sending = (signal: AbortSignal): FairSending => ({
		post: async (events) => {
			const body = listed(events, HEAD, TAIL);
			const request = { url, headers: { "content-type": "application/json" }, body };
			const answer = await postWithToken(poster, tokens, request, signal);
			const { status, retryAfterMs } = answer;
			if (status === 200) return undefined;
			const error = member(parsedJson(answer.body), "error");
			const code = textMember(error, "status");
			if (status === 413 || (status === 400 && code !== "FAILED_PRECONDITION")) {
				// Only the status is quoted: the message may hold what the event says.
				return refusedBody(poster, { status, said: code });
			}
			const said = `${code} ${textMember(error, "message")}`.trim();
			throw poster.fault(faultOfStatus(status), { status, said, retryAfterMs });
		},
		probe: () => encode(probeEvent()),
	});

	async function deliver(batch: readonly SealedEvent[], signal: AbortSignal): Promise<void> {
		await deliverParts(batch, {
			place: `Google SecOps at ${base.origin}`,
			maxEvents: MAX_EVENTS,
			maxBytes: MAX_BYTES,
			frameBytes: HEAD.length + TAIL.length,
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
			google.close();
		},
	};
}

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

function encode({ event }: SealedEvent): Uint8Array {
	return Buffer.from(JSON.stringify({ udm: udm.project(event) }));
}
