import type { Audit } from "@mcp-trail/audit";
import { cleanText, type NewEvent, type SubscriptionDetail } from "@mcp-trail/event";
import { derived } from "../audited/derived.ts";
import type { Following } from "../audited/follower.ts";
import { operationBlock } from "../correlation/operation-state.ts";
import { isObject } from "../hook/frame.ts";
import type { Connection } from "../peer-connection.ts";
import type { Ending, Exchange, Seen } from "../observer.ts";
import { shortKey } from "../short-key.ts";
import { ACKNOWLEDGED, subscriptionOf, tally, topicsOf, type Tally } from "./tally.ts";

/** A stream of notifications, from its request on. */
interface Stream {
	readonly exchange: Exchange;
	readonly id: string;
	readonly tally: Tally;
	topics: readonly string[];
	/** Told as opened: by this event. */
	opened: NewEvent | undefined;
}

/** The streams of one connection: by the id of the request, and (before 2026-07-28) by the resource's URI. */
interface Streams {
	readonly byId: Map<string | number, Stream>;
	readonly byUri: Map<string, Stream>;
}

const MAX_STREAMS = 1024;
const known = new WeakMap<Audit, WeakMap<Connection, Streams>>();

function streamsOf(audit: Audit, connection: Connection): Streams {
	let ofAudit = known.get(audit);
	if (ofAudit === undefined) known.set(audit, (ofAudit = new WeakMap()));
	let streams = ofAudit.get(connection);
	if (streams === undefined)
		ofAudit.set(connection, (streams = { byId: new Map(), byUri: new Map() }));
	return streams;
}

const streamOf = (exchange: Exchange): Stream => ({
	exchange,
	id: cleanText(String(exchange.id), 128) ?? "?",
	tally: tally(),
	topics: [],
	opened: undefined,
});

function detailOf({ id, topics, tally: counted }: Stream): SubscriptionDetail {
	return { id, ...(topics.length > 0 && { topics }), ...counted.counts() };
}

function open(audit: Audit, stream: Stream, from: NewEvent): void {
	const { id, topics, exchange } = stream;
	const { operation, trace } = exchange;
	const event: NewEvent = {
		...from,
		...(operation && { operation: operationBlock(operation) }),
		...(trace && { trace: { id: trace.traceId, span_id: trace.spanId, flags: trace.flags } }),
	};
	stream.opened = event;
	audit.record(
		derived("mcp.subscription.opened", event, {
			target: { ...from.target, kind: "subscription" },
			subscription: { id, ...(topics.length > 0 && { topics }) },
		}),
	);
}

/** Tells an end that no answer told; of a stream that was never granted there is nothing to close. */
function close(audit: Audit, stream: Stream, time?: string): void {
	const { opened } = stream;
	if (opened === undefined) return;
	audit.record(
		derived("mcp.subscription.closed", opened, {
			...(time !== undefined && { time }),
			target: { ...opened.target, kind: "subscription" },
			subscription: detailOf(stream),
		}),
	);
}

function followListen(audit: Audit, exchange: Exchange): Following {
	const { byId } = streamsOf(audit, exchange.connection);
	const stream = streamOf(exchange);
	if (byId.size < MAX_STREAMS) byId.set(exchange.id, stream);
	return {
		adds: () => ({ subscription: detailOf(stream) }),
		ended(event, { how }: Ending) {
			if (byId.get(exchange.id) === stream) byId.delete(exchange.id);
			if (how !== "answered") close(audit, stream, event.time);
		},
	};
}

/** A server's transport that serves one request keeps nothing open (as the 2.x entry, or 1.x without sessions). */
const isLasting = (connection: Connection): boolean =>
	connection.role === "client" ||
	connection.transport !== "streamable_http" ||
	connection.sessionId() !== undefined;

/** Before 2026-07-28 each resource is subscribed to by itself. */
function followResource(audit: Audit, exchange: Exchange): Following | undefined {
	const { connection, method, params } = exchange;
	const asked = params?.["uri"];
	if (typeof asked !== "string" || !isLasting(connection)) return undefined;
	const uri = shortKey(asked);
	const { byUri } = streamsOf(audit, connection);
	return {
		ended(event, { response }) {
			if (!isObject(response?.["result"])) return;
			const before = byUri.get(uri);
			if (method === "resources/unsubscribe") {
				byUri.delete(uri);
				if (before) close(audit, before, event.time);
			} else if (before === undefined && byUri.size < MAX_STREAMS) {
				const stream = streamOf(exchange);
				stream.topics = ["resource_updated"];
				byUri.set(uri, stream);
				open(audit, stream, event);
			}
		},
	};
}

/** Follows what a request subscribes to. */
export function followSubscription(audit: Audit, exchange: Exchange): Following | undefined {
	const { method } = exchange;
	if (method === "subscriptions/listen") return followListen(audit, exchange);
	return method === "resources/subscribe" || method === "resources/unsubscribe"
		? followResource(audit, exchange)
		: undefined;
}

/** Counts a notification into the stream that carries it; `event` is how the notification itself is told. */
export function noteSubscription(audit: Audit, seen: Seen, event: () => NewEvent): void {
	const streams = known.get(audit)?.get(seen.connection);
	if (streams === undefined) return;
	const { params, method } = seen;
	const id = subscriptionOf(params);
	const uri = method === "notifications/resources/updated" ? params?.["uri"] : undefined;
	const stream =
		id === undefined
			? typeof uri === "string" && streams.byUri.get(shortKey(uri))
			: streams.byId.get(id);
	if (!stream) return;
	if (method !== ACKNOWLEDGED) return stream.tally.note(params);
	if (stream.opened !== undefined) return;
	stream.topics = topicsOf(params);
	open(audit, stream, event());
}

/** Ends what a connection kept open by itself. */
export function endSubscriptions(audit: Audit, connection: Connection, time: string): void {
	const streams = known.get(audit)?.get(connection);
	if (streams === undefined) return;
	for (const stream of streams.byUri.values()) close(audit, stream, time);
	streams.byUri.clear();
}
