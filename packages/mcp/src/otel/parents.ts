import * as api from "@opentelemetry/api";
import type { Notification } from "../observer.ts";
import { type BaggageKeys, receivedBaggage } from "./baggage.ts";
import { extract } from "./carrier.ts";

/** Where a span stands. */
interface Parents {
	/** The context in which it is started. */
	readonly base: api.Context;
	readonly parent: api.SpanContext | undefined;
	readonly links: api.Link[] | undefined;
}

/** What of a peer counts. */
export interface PeerTrust {
	readonly trustPeerTrace: boolean;
	readonly baggage: BaggageKeys;
}

/** Says where a message's span stands: beneath its peer's, with a link to what was active, or the other way round. */
export function parentsOf(
	active: api.Context,
	{ inbound, meta }: Pick<Notification, "inbound" | "meta">,
	{ trustPeerTrace, baggage }: PeerTrust,
): Parents {
	const ambient = validSpan(active);
	const received =
		inbound && meta !== undefined
			? receivedBaggage(active, extract(active, meta), baggage)
			: active;
	const wire = received === active ? ambient : validSpan(received);
	const remote = wire !== ambient ? wire : undefined;
	const parent = trustPeerTrace ? wire : ambient;
	const linked = remote === undefined ? undefined : trustPeerTrace ? ambient : remote;
	const isLinked = linked !== undefined && linked.spanId !== parent?.spanId;
	return {
		// Untrusted means its baggage, too.
		base: trustPeerTrace ? received : active,
		parent,
		links: isLinked ? [{ context: linked }] : undefined,
	};
}

/** The span of a context, where it has a valid one. */
export function validSpan(context: api.Context): api.SpanContext | undefined {
	const span = api.trace.getSpanContext(context);
	return span !== undefined && api.isSpanContextValid(span) ? span : undefined;
}

/** Starts a span there; undefined from a tracer that makes nothing, which hands its parent back, or nothing valid. */
export function startSpan(
	tracer: api.Tracer,
	name: string,
	{ kind, attributes }: { readonly kind: api.SpanKind; readonly attributes: api.Attributes },
	{ base, parent, links }: Parents,
): api.Span | undefined {
	const options = links === undefined ? { kind, attributes } : { kind, attributes, links };
	const span = tracer.startSpan(name, options, base);
	const made = span.spanContext();
	return api.isSpanContextValid(made) && made.spanId !== parent?.spanId ? span : undefined;
}
