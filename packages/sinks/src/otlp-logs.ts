import type { Sink } from "@mcp-trail/audit";
import type { SealedEvent } from "@mcp-trail/integrity";
import { authorization, checkAuth, type HttpAuth } from "./http/auth.ts";
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
import { httpPoster } from "./http/poster.ts";
import { isSecret, type Secret } from "./http/secrets.ts";
import { type Encoding, encodings, spokenBy } from "./otlp-logs/encodings.ts";
import { groupByResource, logRecord } from "./otlp-logs/records.ts";
import { probeEvent } from "./probe-event.ts";

export type { HttpAuth } from "./http/auth.ts";
export type { HttpOptions, HttpProxyOptions, HttpTlsOptions } from "./http/http-options.ts";
export type { Secret } from "./http/secrets.ts";

/** How {@link otlpLogsSink} reaches its receiver. */
export interface OtlpLogsSinkOptions extends HttpOptions {
	/** Of the receiver, such as `http://collector:4318`; `path` comes after it. */
	readonly url: string;
	/** @default "/v1/logs" */
	readonly path?: string;
	/** @default none */
	readonly auth?: HttpAuth;
	/** What a receiver wants beside `auth`, such as `{ "X-Scope-OrgID": "tenant" }`. @default none */
	readonly headers?: Readonly<Record<string, Secret>>;
	/** @default "protobuf" */
	readonly encoding?: "json" | "protobuf";
	/** What the body of a record is; without the stored line the chain cannot be verified from what was received. @default "stored_line" */
	readonly body?: "none" | "stored_line";
	/** Attributes of the resource, beside those that the event says; they win. @default none */
	readonly resource?: Readonly<Record<string, string>>;
	/** `^[a-z][a-z0-9_-]{0,31}$` @default "otlp-logs" */
	readonly name?: string;
	/** Largest body before compression, in bytes; receivers take 4 MiB and more. @default 4_000_000 */
	readonly maxRequestBytes?: number;
}

const MAX_EVENTS = 512;
/** A comma in JSON; tag and length in protobuf. */
const BETWEEN_BYTES = 6;
/** By OTLP/HTTP a client may send again after these and no others. */
const PASSES = new Set([408, 425, 429, 502, 503, 504]);
const OWN_HEADERS = /^(?:content-.*|host|transfer-encoding|connection)$/iu;
const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/u;

/**
 * Sends events as OpenTelemetry log records to `/v1/logs` of a Collector or of whatever else speaks OTLP/HTTP: at
 * least once, each with its id as `audit.record.id` and the stored line as its body. Delivered is what a 2xx says
 * without a rejected record; a Collector says it of what it has in memory, unless its exporter's queue is on disk.
 *
 * Throws `TypeError` on an invalid option.
 *
 * @example
 * ```ts
 * import { otlpLogsSink } from "@mcp-trail/sinks/otlp-logs";
 *
 * const audit = openAudit({
 * 	service: "tickets",
 * 	trail: fileTrail({ dir: "/var/lib/tickets/audit" }),
 * 	sinks: [otlpLogsSink({ url: "http://collector:4318" })],
 * });
 * ```
 */
export function otlpLogsSink(options: OtlpLogsSinkOptions): Sink {
	const {
		path = "/v1/logs",
		auth,
		headers = {},
		encoding = "protobuf",
		body = "stored_line",
		resource = {},
		name = "otlp-logs",
		maxRequestBytes = 4_000_000,
	} = options;
	const check = optionCheck("otlpLogsSink");
	const base = checkUrl(check, "url", options.url);
	check(base.search === "", "url", "takes no query");
	check(/^\/[^?#]*$/u.test(path), "path", "takes a path, such as /v1/logs");
	checkHttpOptions(check, name, options);
	checkAuth(check, auth);
	for (const [header, value] of Object.entries(headers)) {
		check(HEADER.test(header) && !OWN_HEADERS.test(header), "headers", "holds no such header");
		check(isSecret(value), `headers.${header}`, SECRET);
		const twice = auth !== undefined && header.toLowerCase() === "authorization";
		check(!twice, "headers", "takes no Authorization beside `auth`");
	}
	check(Object.hasOwn(encodings, encoding), "encoding", "takes json or protobuf");
	check(["none", "stored_line"].includes(body), "body", "takes none or stored_line");
	for (const [key, value] of Object.entries(resource)) {
		check(key !== "" && typeof value === "string", "resource", "takes texts by their names");
	}
	checkCount(check, "maxRequestBytes", maxRequestBytes);

	const form: Encoding = encodings[encoding];
	const url = new URL(base.pathname.replace(/\/$/u, "") + path, base);
	const poster = httpPoster({
		...options,
		destination: "The OTLP receiver",
		url: base,
		authorize: async (secrets) => {
			const read: Record<string, string> = {};
			for (const [header, value] of Object.entries(headers)) {
				read[header.toLowerCase()] = await secrets.read(value, `headers.${header}`);
			}
			return { ...read, ...(await authorization(auth, secrets)) };
		},
	});

	async function post(sent: Uint8Array, signal: AbortSignal): Promise<HttpAnswer> {
		return poster.post({ url, headers: { "content-type": form.mediaType }, body: sent }, signal);
	}

	/** A request that is refused though it holds no record is refused for what all of them have in common. */
	async function refusesAll(signal: AbortSignal): Promise<boolean> {
		return (await post(form.request([]), signal)).status === 400;
	}

	function failed(answer: HttpAnswer): Error {
		const { status, retryAfterMs } = answer;
		const said = spokenBy(answer.headers["content-type"], form).said(Buffer.from(answer.bytes));
		if (status < 500 || PASSES.has(status)) {
			return poster.fault(faultOfStatus(status), { status, said, retryAfterMs });
		}
		const quoted = said === "" ? "" : ` (“${poster.quote(said)}”)`;
		const text = `answer ${status}, which OTLP calls permanent${quoted}. Read the receiver's log and what its exporters say.`;
		return poster.failure("otlp_failed", "hold", text, retryAfterMs);
	}

	async function send(
		part: readonly Encoded[],
		resources: ReadonlyMap<SealedEvent, Uint8Array>,
		signal: AbortSignal,
	): Promise<readonly []> {
		const sent = form.request(groupByResource(part, resources));
		// What the records share counts too: halved like a body that is refused, but before it is sent.
		if (sent.byteLength > maxRequestBytes) throw poster.fault("event_too_large");
		const answer = await post(sent, signal);
		const { status } = answer;
		if (status >= 200 && status < 300) {
			const rejected = spokenBy(answer.headers["content-type"], form).rejected(
				Buffer.from(answer.bytes),
			);
			if (rejected === 0) return [];
			if (rejected === undefined) throw poster.fault("answer_unreadable", { status });
			const text = `${rejected} of ${part.length} records rejected. See the dead letters.`;
			throw poster.failure("otlp_rejected", "reject", text);
		}
		if (status === 400 && (part.length > 1 || !(await refusesAll(signal)))) {
			throw poster.failure("otlp_refused", "reject", "answer 400. See the dead letter.");
		}
		throw failed(answer);
	}

	async function deliver(batch: readonly SealedEvent[], signal: AbortSignal): Promise<void> {
		const resources = new Map<SealedEvent, Uint8Array>();
		await deliverParts(batch, {
			place: `The OTLP receiver at ${base.origin}`,
			maxEvents: MAX_EVENTS,
			maxBytes: maxRequestBytes,
			betweenBytes: BETWEEN_BYTES,
			encode: (sealed) => {
				const said = logRecord(sealed, body, resource);
				resources.set(sealed, form.resource(said.resource));
				return form.record(said.record);
			},
			send: async (part) => send(part, resources, signal),
		});
	}

	return {
		name,
		delivery: "at_least_once",
		ordered: false,
		limits: { events: MAX_EVENTS, bytes: Math.min(1_000_000, maxRequestBytes), inFlight: 2 },
		write: deliver,
		probe: async (signal) => deliver([probeEvent()], signal),
		close: async () => {
			poster.close();
		},
	};
}
