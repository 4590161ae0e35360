import type { Sink } from "@mcp-trail/audit";
import type { Format } from "@mcp-trail/formats";
import type { SealedEvent } from "@mcp-trail/integrity";
import { deliverParts } from "./http/deliver-parts.ts";
import { type Encoded, jsonLine } from "./http/encoded.ts";
import { faultOfStatus, httpFaults } from "./http/http-faults.ts";
import {
	checkHttpOptions,
	checkUrl,
	type HttpOptions,
	optionCheck,
	SECRET,
} from "./http/http-options.ts";
import { type HttpPoster, httpPoster } from "./http/poster.ts";
import { isSecret, type Secret, secretKeeper } from "./http/secrets.ts";
import { probeEvent } from "./probe-event.ts";
import { sinkError } from "./sink-error.ts";

export type { HttpOptions, HttpProxyOptions, HttpTlsOptions } from "./http/http-options.ts";
export type { Secret } from "./http/secrets.ts";

/** How {@link sumoSink} reaches its HTTP source. */
export interface SumoSinkOptions extends HttpOptions {
	/** The source's unique address: who knows it may write, so it is a secret and in no error. */
	readonly url: Secret;
	/** `_sourceCategory`. @default "mcp/audit" */
	readonly category?: string;
	/** `_sourceName`. @default "mcp-trail" */
	readonly sourceName?: string;
	/** `_sourceHost`. @default the source's */
	readonly sourceHost?: string;
	/** What a message is; a format of JSON objects. @default the stored line, byte for byte */
	readonly format?: Format;
	/** `^[a-z][a-z0-9_-]{0,31}$` @default "sumo" */
	readonly name?: string;
}

/** What Sumo recommends for a body before compression. */
const MAX_BYTES = 1_000_000;
const MAX_EVENTS = 1_000;
/** A longer message is broken into several, and its line is no JSON any more. */
const MAX_MESSAGE_BYTES = 65_536;
const LINE_FEED = 10;

/**
 * Sends events to a Sumo Logic HTTP source, one line each: at least once. Sumo drops no repeats; the id in the
 * line tells them apart. A line above 64 KiB is refused here, because Sumo would break it and say yes.
 *
 * Throws `TypeError` on an invalid option.
 *
 * @example
 * ```ts
 * import { sumoSink } from "@mcp-trail/sinks/sumo";
 *
 * const audit = openAudit({
 * 	service: "tickets",
 * 	trail: fileTrail({ dir: "/var/lib/tickets/audit" }),
 * 	sinks: [sumoSink({ url: { env: "SUMO_URL" } })],
 * });
 * ```
 */
export function sumoSink(options: SumoSinkOptions): Sink {
	const {
		category = "mcp/audit",
		sourceName = "mcp-trail",
		sourceHost,
		format,
		name = "sumo",
	} = options;
	const check = optionCheck("sumoSink");
	check(isSecret(options.url), "url", SECRET);
	if (typeof options.url === "string") checkUrl(check, "url", options.url);
	checkHttpOptions(check, name, options);
	for (const [path, value] of Object.entries({ category, sourceName, sourceHost })) {
		const good = value === undefined || /^[\u0020-\u007e]{1,1024}$/u.test(value);
		check(good, path, "takes 1 to 1024 printable ASCII characters");
	}
	check(
		format === undefined || /\bjson\b/u.test(format.mediaType),
		"format",
		"takes a format of JSON objects",
	);

	const headers = {
		"content-type": "application/json",
		"x-sumo-category": category,
		"x-sumo-name": sourceName,
		...(sourceHost === undefined ? {} : { "x-sumo-host": sourceHost }),
	};
	const secrets = secretKeeper();
	let open: { readonly poster: HttpPoster; readonly origin: string } | undefined;
	let closed = false;

	/** The address is read each time, so that it can be rotated; connections are kept while its origin stays. */
	async function source(): Promise<{ readonly poster: HttpPoster; readonly url: URL }> {
		const url = addressOf(await secrets.read(options.url, "url"));
		if (open?.origin !== url.origin) {
			open?.poster.close();
			const origin = new URL(url.origin);
			const poster = httpPoster({ ...options, destination: "Sumo Logic", url: origin });
			open = { poster, origin: url.origin };
			if (closed) open.poster.close();
		}
		const { poster } = open;
		for (const part of [url.href, url.pathname, url.pathname.split("/").at(-1) ?? ""]) {
			// A lone slash is no secret, and hiding it would garble every path.
			if (part.length > 1) poster.secrets.hide(part);
		}
		return { poster, url };
	}

	async function send(part: readonly Encoded[], signal: AbortSignal): Promise<readonly []> {
		const { poster, url } = await source();
		const body = Buffer.concat(part.map(({ bytes }) => bytes));
		const answer = await poster.post({ url, headers, body }, signal);
		const { status, retryAfterMs } = answer;
		if (status !== 200) throw poster.fault(faultOfStatus(status), { status, retryAfterMs });
		return [];
	}

	function encode(event: SealedEvent): Uint8Array {
		const line = jsonLine(event, format);
		if (line.byteLength > MAX_MESSAGE_BYTES) {
			const { verdict, means, remedy } = httpFaults.event_too_large;
			throw sinkError("event_too_large", verdict, `${means} ${remedy}`);
		}
		return line.at(-1) === LINE_FEED ? line : Buffer.concat([line, Buffer.of(LINE_FEED)]);
	}

	async function deliver(batch: readonly SealedEvent[], signal: AbortSignal): Promise<void> {
		await deliverParts(batch, {
			place: "Sumo Logic",
			maxEvents: MAX_EVENTS,
			maxBytes: MAX_BYTES,
			encode,
			send: async (part) => send(part, signal),
		});
	}

	return {
		name,
		delivery: "at_least_once",
		ordered: false,
		limits: { events: MAX_EVENTS, bytes: 750_000, inFlight: 2 },
		write: deliver,
		probe: async (signal) => deliver([probeEvent()], signal),
		close: async () => {
			closed = true;
			open?.poster.close();
		},
	};
}

function addressOf(text: string): URL {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url !== undefined && /^https?:$/u.test(url.protocol)) return url;
	throw sinkError(
		"secret_unreadable",
		"hold",
		"The value of `url` is no http: or https: URL. Set the source's address whole.",
	);
}
