import type { Sink } from "@mcp-trail/audit";
import type { SealedEvent } from "@mcp-trail/integrity";
import { readBulkAnswer, requestError } from "./elasticsearch/bulk-answer.ts";
import { actionHead, type Document, documents, roomFor } from "./elasticsearch/document.ts";
import { authorization, checkAuth, type HttpAuth } from "./http/auth.ts";
import { deliverParts, type PartRefusal } from "./http/deliver-parts.ts";
import type { Encoded } from "./http/encoded.ts";
import { faultOfStatus } from "./http/http-faults.ts";
import {
	checkCount,
	checkHttpOptions,
	checkUrl,
	type HttpOptions,
	optionCheck,
} from "./http/http-options.ts";
import { joined, keptPages } from "./http/page.ts";
import { httpPoster } from "./http/poster.ts";
import { readHead } from "./line-head.ts";
import { probeEvent } from "./probe-event.ts";

export type { HttpAuth } from "./http/auth.ts";
export type { HttpOptions, HttpProxyOptions, HttpTlsOptions } from "./http/http-options.ts";
export type { Secret } from "./http/secrets.ts";

/** How {@link elasticsearchSink} reaches its cluster. */
export interface ElasticsearchSinkOptions extends HttpOptions {
	/** Of the cluster, such as `https://search.example.com:9200`; a path is kept. */
	readonly url: string;
	readonly auth?: HttpAuth;
	/** Start of the index names; the event's own day follows, as in `mcp-audit-2026.11.21`. @default "mcp-audit" */
	readonly index?: string;
	/** A data stream instead of dated indices: after a rollover a repeated event is stored twice. */
	readonly dataStream?: string;
	/** The documents' schema: `ecs` keeps the stored line in `event.original`, `stored_line` is that line and nothing else. @default "ecs" */
	readonly format?: Document;
	/** `^[a-z][a-z0-9_-]{0,31}$` @default "elasticsearch" */
	readonly name?: string;
	/** Largest body before compression, in bytes. @default 8_388_608 */
	readonly maxRequestBytes?: number;
	/** Most events of one request. @default 500 */
	readonly maxRequestEvents?: number;
}

/** Names as both products take them. */
const INDEX = /^(?!.*\.\.)[a-z0-9][a-z0-9._-]{0,200}$/u;
const DAY_CHARACTERS = "2026-11-21T".length;
const DAY = /^(\d{4})-(\d{2})-(\d{2})T/u;
/** Requests at once: while one is encoded, two are still at work in the cluster. */
const IN_FLIGHT = 3;
/** How long a document and its action are at most, as a rule, for the bytes of their line: few writes need a second page. */
const PAGE_FACTOR = 3;
/** The last action asks for so much, of which it uses a third. */
const ACTION_BYTES = 1_024;
const FILTER = "errors,items.*._id,items.*.status,items.*.error.type,items.*.error.reason";

/**
 * Indexes events in Elasticsearch or OpenSearch by `_bulk`, each under its own id and in the index of its own
 * day, so that a repeated event is found to be there already: deduplicated. With `dataStream` that holds only
 * until the next rollover: at least once. The order of events is their `integrity.sequence`.
 *
 * Throws `TypeError` on an invalid option.
 *
 * @example
 * ```ts
 * import { elasticsearchSink } from "@mcp-trail/sinks/elasticsearch";
 *
 * const audit = openAudit({
 * 	service: "tickets",
 * 	trail: fileTrail({ dir: "/var/lib/tickets/audit" }),
 * 	sinks: [elasticsearchSink({ url: "https://search:9200", auth: { apiKey: { env: "SEARCH_KEY" } } })],
 * });
 * ```
 */
export function elasticsearchSink(options: ElasticsearchSinkOptions): Sink {
	const {
		auth,
		index = "mcp-audit",
		dataStream,
		format = "ecs",
		name = "elasticsearch",
		maxRequestBytes = 8_388_608,
		maxRequestEvents = 500,
	} = options;
	const check = optionCheck("elasticsearchSink");
	const base = checkUrl(check, "url", options.url);
	check(base.search === "", "url", "takes no query");
	checkHttpOptions(check, name, options);
	checkAuth(check, auth);
	check(
		INDEX.test(index),
		"index",
		"takes 1 to 201 of a-z 0-9 . _ -, starting with a letter or digit",
	);
	const stream = dataStream === undefined || INDEX.test(dataStream);
	check(stream, "dataStream", "takes 1 to 201 of a-z 0-9 . _ -, starting with a letter or digit");
	const only = dataStream === undefined || options.index === undefined;
	check(only, "dataStream", "cannot be set together with `index`");
	const timed = dataStream === undefined || format !== "stored_line";
	check(timed, "dataStream", "needs a `format` that gives `@timestamp`, such as `ecs`");
	const known =
		typeof format === "string"
			? format === "ecs" || format === "stored_line"
			: /\bjson\b/u.test(format.mediaType);
	check(known, "format", 'takes "ecs", "stored_line" or a format of JSON objects');
	checkCount(check, "maxRequestBytes", maxRequestBytes);
	checkCount(check, "maxRequestEvents", maxRequestEvents);

	const bulkUrl = new URL(base);
	bulkUrl.pathname = `${base.pathname.replace(/\/$/u, "")}/_bulk`;
	bulkUrl.searchParams.set("filter_path", FILTER);
	const poster = httpPoster({
		...options,
		destination: "Elasticsearch",
		url: base,
		authorize: async (secrets) => authorization(auth, secrets),
	});

	const writeDocument = documents(format);
	const pages = keptPages(IN_FLIGHT);

	/** Where an event belongs: its own day, so that sending it again meets the same index. */
	function indexOf(time: string): string {
		if (dataStream !== undefined) return dataStream;
		const [, year, month, day] = DAY.exec(time) ?? [];
		return year === undefined ? `${index}-undated` : `${index}-${year}.${month}.${day}`;
	}

	/** The same as the head of an action; most events are of the day of the one before. */
	let today = { start: "\n", head: actionHead("") };
	function dated(time: string): Uint8Array {
		// What is shorter than a day begins others, too.
		if (time.length < DAY_CHARACTERS) return actionHead(indexOf(time));
		if (!time.startsWith(today.start))
			today = { start: time.slice(0, DAY_CHARACTERS), head: actionHead(indexOf(time)) };
		return today.head;
	}

	async function send(
		part: readonly Encoded[],
		ids: readonly string[],
		signal: AbortSignal,
	): Promise<readonly PartRefusal[]> {
		const answer = await poster.post(
			{
				url: bulkUrl,
				headers: { "content-type": "application/x-ndjson", accept: "application/json" },
				body: joined(part),
			},
			signal,
		);
		const { status, body, retryAfterMs } = answer;
		if (status >= 200 && status < 300) {
			const refusals = readBulkAnswer(body, ids);
			if (refusals === undefined) throw poster.fault("answer_unreadable", { status });
			return refusals;
		}
		const { type, reason } = requestError(body);
		if (status === 400 && type === "action_request_validation_exception") {
			// One action that fails validation refuses the whole body; halving finds it.
			throw poster.failure(type, "reject", "An id or an action is not valid. See the dead letter.");
		}
		const said = type === "" ? reason : `${type}: ${reason}`;
		throw poster.fault(faultOfStatus(status), { status, said, retryAfterMs });
	}

	async function deliver(
		batch: readonly SealedEvent[],
		signal: AbortSignal,
		headFor: (time: string) => Uint8Array,
	): Promise<void> {
		let bytes = 0;
		let longest = 0;
		for (const { bytes: line } of batch) {
			bytes += line.byteLength;
			longest = Math.max(longest, line.byteLength);
		}
		const ids = new Map<SealedEvent, string>();
		await pages.lend(PAGE_FACTOR * bytes + roomFor(longest) + ACTION_BYTES, async (page) =>
			deliverParts(batch, {
				place: `Elasticsearch at ${base.origin}`,
				maxEvents: maxRequestEvents,
				maxBytes: maxRequestBytes,
				encode: (event) => {
					const head = readHead(event.bytes);
					const { id, time } = head ?? event.event;
					ids.set(event, id);
					const escaped = head === undefined ? JSON.stringify(id).slice(1, -1) : id;
					return writeDocument(event, { head: headFor(time), id: escaped }, page);
				},
				send: async (part) =>
					send(
						part,
						part.map(({ event }) => ids.get(event) ?? ""),
						signal,
					),
			}),
		);
	}

	return {
		name,
		delivery: dataStream === undefined ? "deduplicated" : "at_least_once",
		ordered: false,
		limits: {
			events: maxRequestEvents,
			bytes: Math.ceil(maxRequestBytes / 2),
			inFlight: IN_FLIGHT,
		},
		write: async (batch, signal) => deliver(batch, signal, dated),
		probe: async (signal) =>
			deliver([probeEvent()], signal, () => actionHead(dataStream ?? `${index}-probe`)),
		close: async () => {
			poster.close();
		},
	};
}
