import { randomUUID } from "node:crypto";
import type { Sink } from "@mcp-trail/audit";
import type { Format } from "@mcp-trail/formats";
import type { SealedEvent } from "@mcp-trail/integrity";
import { deliverParts } from "./http/deliver-parts.ts";
import type { Encoded } from "./http/encoded.ts";
import type { HttpAnswer } from "./http/exchange.ts";
import { faultOfStatus } from "./http/http-faults.ts";
import {
	checkCount,
	checkHttpOptions,
	checkUrl,
	type HttpOptions,
	optionCheck,
	SECRET,
} from "./http/http-options.ts";
import { member, parsedJson, textMember } from "./http/json.ts";
import { joined, keptPages, type Page } from "./http/page.ts";
import { httpPoster } from "./http/poster.ts";
import { isSecret, type Secret } from "./http/secrets.ts";
import { probeEvent } from "./probe-event.ts";
import { acknowledged } from "./splunk-hec/acknowledged.ts";
import { eventFacts } from "./splunk-hec/event-facts.ts";
import { hecCodes } from "./splunk-hec/hec-codes.ts";

export type { HttpOptions, HttpProxyOptions, HttpTlsOptions } from "./http/http-options.ts";
export type { Secret } from "./http/secrets.ts";

/** How {@link splunkHecSink} reaches its collector. */
export interface SplunkHecSinkOptions extends HttpOptions {
	/** Of the collector, such as `https://splunk.example.com:8088`; a path before `/services` is kept. */
	readonly url: string;
	readonly token: Secret;
	/** Waits until events are indexed; the token must have indexer acknowledgement on. False: best effort. @default true */
	readonly acknowledge?: boolean;
	/** Time between two questions whether events are indexed, in milliseconds. @default 1_000 */
	readonly ackPollMs?: number;
	/** Longest wait for events to be indexed, in milliseconds; below the lane's `writeTimeoutMs`. @default 20_000 */
	readonly ackTimeoutMs?: number;
	/** @default the token's */
	readonly index?: string;
	/** @default "mcp:audit" */
	readonly sourcetype?: string;
	/** @default "mcp-trail" */
	readonly source?: string;
	/** What `event` holds. @default the stored line, byte for byte */
	readonly format?: Format;
	/** `^[a-z][a-z0-9_-]{0,31}$` @default "splunk-hec" */
	readonly name?: string;
	/** Largest body before compression, in bytes. @default 1_000_000 */
	readonly maxRequestBytes?: number;
}

const MAX_EVENTS = 500;
/** Requests at once. */
const IN_FLIGHT = 4;
/** Around an event, mostly; what is longer takes a second page. */
const FRAME_BYTES = 512;
/** A number that no answer has given: asking takes nobody's yes away. */
const NO_ACK = 2_147_483_647;

/**
 * Sends events to Splunk's HTTP Event Collector, each with its id in the indexed field `event_id`: at least once
 * with indexer acknowledgement, best effort without, because Splunk then says only that it could read them.
 * Splunk drops no repeats; `dedup event_id` does.
 *
 * Throws `TypeError` on an invalid option.
 *
 * @example
 * ```ts
 * import { splunkHecSink } from "@mcp-trail/sinks/splunk-hec";
 *
 * const audit = openAudit({
 * 	service: "tickets",
 * 	trail: fileTrail({ dir: "/var/lib/tickets/audit" }),
 * 	sinks: [splunkHecSink({ url: "https://splunk:8088", token: { env: "HEC_TOKEN" } })],
 * });
 * ```
 */
export function splunkHecSink(options: SplunkHecSinkOptions): Sink {
	const {
		token,
		acknowledge = true,
		ackPollMs = 1_000,
		ackTimeoutMs = 20_000,
		index,
		sourcetype = "mcp:audit",
		source = "mcp-trail",
		format,
		name = "splunk-hec",
		maxRequestBytes = 1_000_000,
	} = options;
	const check = optionCheck("splunkHecSink");
	const base = checkUrl(check, "url", options.url);
	check(base.search === "", "url", "takes no query");
	checkHttpOptions(check, name, options);
	check(isSecret(token), "token", SECRET);
	check(typeof acknowledge === "boolean", "acknowledge", "takes true or false");
	checkCount(check, "ackPollMs", ackPollMs);
	checkCount(check, "ackTimeoutMs", ackTimeoutMs);
	checkCount(check, "maxRequestBytes", maxRequestBytes);
	for (const [path, value] of Object.entries({ index, sourcetype, source })) {
		check(value === undefined || value !== "", path, "must not be empty");
	}

	const collector = `${base.pathname.replace(/\/$/u, "")}/services/collector`;
	const eventUrl = new URL(`${collector}/event`, base);
	const channel = randomUUID();
	const ackUrl = new URL(`${collector}/ack?channel=${channel}`, base);
	const headers = {
		"content-type": "application/json",
		...(acknowledge ? { "x-splunk-request-channel": channel } : {}),
	};
	const poster = httpPoster({
		...options,
		destination: "Splunk",
		url: base,
		authorize: async (secrets) => ({
			authorization: `Splunk ${await secrets.read(token, "token")}`,
		}),
	});
	let acknowledges = !acknowledge;

	const facts = eventFacts();
	const pages = keptPages(IN_FLIGHT);

	function encode(sealed: SealedEvent, page: Page): Uint8Array {
		const { id, time, host } = facts(sealed);
		const frame = JSON.stringify({
			time: Date.parse(time) / 1000,
			host,
			source,
			sourcetype,
			index,
			fields: {
				event_id: id,
				stream_id: sealed.stream,
				sequence: String(sealed.sequence),
			},
		});
		const said =
			format === undefined
				? sealed.bytes
				: Buffer.from(JSON.stringify(format.project(sealed.event)));
		const opening = `${frame.slice(0, -1)},"event":`;
		const { buffer, from } = page.room(3 * opening.length + said.byteLength + CLOSE.length);
		const start = from + buffer.write(opening, from);
		buffer.set(said, start);
		const end = start + said.byteLength;
		return page.take(end + buffer.write(CLOSE, end));
	}

	/** The parsed body of an answer that says yes; anything else is thrown as what it means. */
	function accepted({ status, body, retryAfterMs }: HttpAnswer): unknown {
		const answer = parsedJson(body);
		const number = member(answer, "code");
		const known = typeof number === "number" ? hecCodes[number] : undefined;
		if (known !== undefined) {
			const { name: code, verdict, remedy } = known;
			const text = `answer ${status}, code ${String(number)}. ${remedy}`;
			throw poster.failure(code, verdict, text, retryAfterMs);
		}
		if (status === 200) return answer;
		const said = typeof answer === "string" ? answer : textMember(answer, "text");
		throw poster.fault(faultOfStatus(status), { status, said, retryAfterMs });
	}

	/** Which of the numbers have been indexed; each yes is said once. */
	async function asked(ackId: number, signal: AbortSignal): Promise<boolean> {
		const body = Buffer.from(JSON.stringify({ acks: [ackId] }));
		const answer = accepted(await poster.post({ url: ackUrl, headers, body }, signal));
		const yes = member(member(answer, "acks"), String(ackId));
		if (typeof yes !== "boolean") throw poster.fault("answer_unreadable");
		return yes;
	}

	/** Once: a token that does not acknowledge must be known before events are sent, or they would be sent again and again. */
	async function checkAcknowledgement(signal: AbortSignal): Promise<void> {
		if (acknowledges) return;
		await asked(NO_ACK, signal);
		acknowledges = true;
	}

	async function send(part: readonly Encoded[], signal: AbortSignal): Promise<readonly []> {
		const body = joined(part);
		const answer = accepted(await poster.post({ url: eventUrl, headers, body }, signal));
		if (member(answer, "code") !== 0) throw poster.fault("answer_unreadable", { status: 200 });
		if (!acknowledge) return [];
		const ackId = member(answer, "ackId");
		if (typeof ackId !== "number") {
			acknowledges = false;
			throw poster.failure("ack_disabled", "hold", "the answer has no `ackId`. Turn it on again.");
		}
		await acknowledged(
			{
				pollMs: ackPollMs,
				timeoutMs: ackTimeoutMs,
				ask: async (asking) => asked(ackId, asking),
				failed: (why, last) =>
					why === "aborted"
						? poster.fault("aborted")
						: poster.failure(
								"not_acknowledged",
								"retry",
								`not indexed within ${ackTimeoutMs} ms. ${last?.message ?? "Look at the indexers' queues."}`,
							),
			},
			signal,
		);
		return [];
	}

	async function deliver(batch: readonly SealedEvent[], signal: AbortSignal): Promise<void> {
		if (batch.length > 0) await checkAcknowledgement(signal);
		const bytes = batch.reduce((sum, event) => sum + event.bytes.byteLength + FRAME_BYTES, 0);
		await pages.lend(bytes, async (page) =>
			deliverParts(batch, {
				place: `Splunk at ${base.origin}`,
				maxEvents: MAX_EVENTS,
				maxBytes: maxRequestBytes,
				encode: (event) => encode(event, page),
				send: async (part) => send(part, signal),
			}),
		);
	}

	return {
		name,
		delivery: acknowledge ? "at_least_once" : "best_effort",
		ordered: false,
		limits: { events: MAX_EVENTS, bytes: Math.ceil(maxRequestBytes * 0.75), inFlight: IN_FLIGHT },
		write: deliver,
		probe: async (signal) => {
			acknowledges = !acknowledge;
			await deliver([probeEvent()], signal);
		},
		close: async () => {
			poster.close();
		},
	};
}

const CLOSE = "}\n";
