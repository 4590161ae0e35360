import type { Sink } from "@mcp-trail/audit";
import type { Format } from "@mcp-trail/formats";
import type { SealedEvent } from "@mcp-trail/integrity";
import { deliverParts } from "./http/deliver-parts.ts";
import { listed, projected } from "./http/encoded.ts";
import { fairProbe, fairSend, type FairSending, refusedBody } from "./http/fair-send.ts";
import { faultOfStatus } from "./http/http-faults.ts";
import {
	checkHttpOptions,
	checkUrl,
	type HttpOptions,
	optionCheck,
	SECRET,
} from "./http/http-options.ts";
import { httpPoster } from "./http/poster.ts";
import { isSecret, type Secret } from "./http/secrets.ts";
import { probeEvent } from "./probe-event.ts";

export type { HttpOptions, HttpProxyOptions, HttpTlsOptions } from "./http/http-options.ts";
export type { Secret } from "./http/secrets.ts";

/** How {@link datadogSink} reaches its account. */
export interface DatadogSinkOptions extends HttpOptions {
	readonly apiKey: Secret;
	/** The account's, such as `datadoghq.eu`. @default "datadoghq.com" */
	readonly site?: string;
	/** Instead of `site`: the origin of a relay that speaks Datadog's intake. */
	readonly url?: string;
	/** What `message` holds. @default the stored line */
	readonly format?: Format;
	/** `key:value`, joined by commas. @default none */
	readonly tags?: string;
	/** `^[a-z][a-z0-9_-]{0,31}$` @default "datadog" */
	readonly name?: string;
}

/** Limits of the intake: more is refused, and a longer entry is cut silently. */
const MAX_BYTES = 5_000_000;
const MAX_EVENTS = 1_000;
const MAX_ENTRY_BYTES = 1_000_000;

/**
 * Sends events to Datadog's log intake (v2), each with its id as `event_id`: at least once. An entry above 1 MB
 * is refused here, because Datadog would cut it and say yes. It takes no time older than 18 hours.
 *
 * Throws `TypeError` on an invalid option.
 *
 * @example
 * ```ts
 * import { datadogSink } from "@mcp-trail/sinks/datadog";
 *
 * const audit = openAudit({
 * 	service: "tickets",
 * 	trail: fileTrail({ dir: "/var/lib/tickets/audit" }),
 * 	sinks: [datadogSink({ apiKey: { env: "DD_API_KEY" }, site: "datadoghq.eu" })],
 * });
 * ```
 */
export function datadogSink(options: DatadogSinkOptions): Sink {
	const { apiKey, site = "datadoghq.com", format, tags, name = "datadog" } = options;
	const check = optionCheck("datadogSink");
	check(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/u.test(site), "site", "takes a host name");
	const base = checkUrl(check, "url", options.url ?? `https://http-intake.logs.${site}`);
	checkHttpOptions(check, name, options);
	check(isSecret(apiKey), "apiKey", SECRET);
	check(tags === undefined || tags !== "", "tags", "must not be empty");

	const url = new URL("/api/v2/logs", base);
	const poster = httpPoster({
		...options,
		destination: "Datadog",
		url: base,
		authorize: async (secrets) => ({ "dd-api-key": await secrets.read(apiKey, "apiKey") }),
	});

	function encode(sealed: SealedEvent): Uint8Array {
		const { event } = sealed;
		const entry = JSON.stringify({
			ddsource: "mcp-trail",
			ddtags: tags,
			service: event.producer.service,
			hostname: event.producer.host,
			timestamp: Date.parse(event.time),
			event_id: event.id,
			message: Buffer.from(projected(sealed, format)).toString(),
		});
		const bytes = Buffer.from(entry);
		if (bytes.byteLength > MAX_ENTRY_BYTES) throw poster.fault("event_too_large");
		return bytes;
	}

	const sending = (signal: AbortSignal): FairSending => ({
		post: async (entries) => {
			const request = {
				url,
				headers: { "content-type": "application/json" },
				body: listed(entries),
			};
			const { status, retryAfterMs, body: said } = await poster.post(request, signal);
			if (status === 202) return undefined;
			if (status === 400 || status === 413) {
				// What it says is not quoted: it may hold what the event says.
				return refusedBody(poster, { status });
			}
			throw poster.fault(faultOfStatus(status), { status, said, retryAfterMs });
		},
		probe: () => encode(probeEvent()),
	});

	async function deliver(batch: readonly SealedEvent[], signal: AbortSignal): Promise<void> {
		await deliverParts(batch, {
			place: `Datadog at ${base.origin}`,
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
		limits: { events: MAX_EVENTS, bytes: 3_000_000, inFlight: 2 },
		write: deliver,
		probe: async (signal) => fairProbe(sending(signal)),
		close: async () => {
			poster.close();
		},
	};
}
