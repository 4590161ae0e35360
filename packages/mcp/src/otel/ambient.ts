import { AsyncLocalStorage } from "node:async_hooks";
import * as api from "@opentelemetry/api";
import type { Exchange } from "../observer.ts";
import type { TraceParent } from "../trace-ids.ts";

/** Where in a trace this process is, when OpenTelemetry's own context cannot say it. */
export interface Ambient {
	/** Stands in for the active context of an SDK that was set up without a context manager. */
	readonly context?: api.Context;
	/** The request around, when its ids were minted and not made by a tracer. */
	readonly minted?: TraceParent & { readonly state?: string };
	/** The span that was active when the ids were minted: a newer one lies further in. */
	readonly outer?: api.Span;
	/** The request that came in and is being handled here. */
	readonly request?: Exchange | undefined;
}

// Module state on purpose: the server and the clients of one process share it, as they share a trace.
const storage = new AsyncLocalStorage<Ambient>();

const REQUEST = api.createContextKey("mcp-trail.request");

/** Another copy of this package has another key: what is found under ours was put there here. */
const isExchange = (value: unknown): value is Exchange =>
	typeof value === "object" && value !== null && "startUs" in value;

/** Runs `fn` within a request whose ids were minted. */
export function runMinted<R>(
	minted: TraceParent & { readonly state?: string },
	exchange: Exchange,
	fn: () => R,
): R {
	const outer = api.trace.getSpan(api.context.active());
	const request = exchange.inbound ? exchange : requestAround();
	return storage.run(outer === undefined ? { minted, request } : { minted, outer, request }, fn);
}

/** Marks a context as one in which a request that came in is handled. */
export const withRequest = (context: api.Context, exchange: Exchange): api.Context =>
	exchange.inbound ? context.setValue(REQUEST, exchange) : context;

/** The request in whose handler this process is now: the innermost, whether a tracer made its ids or not. */
export function requestAround(): Exchange | undefined {
	const minted = storage.getStore()?.request;
	const found = activeContext().getValue(REQUEST);
	const traced = isExchange(found) ? found : undefined;
	if (minted === undefined || traced === undefined) return minted ?? traced;
	return minted.startUs > traced.startUs ? minted : traced;
}

/** Runs `fn` with a context active, also where no context manager is registered. */
export function runContext<R>(context: api.Context, fn: () => R): R {
	return api.context.with(context, () =>
		api.context.active() === context ? fn() : storage.run({ context }, fn),
	);
}

/** The active context, also where no context manager is registered. */
export function activeContext(): api.Context {
	const active = api.context.active();
	return active === api.ROOT_CONTEXT ? (storage.getStore()?.context ?? active) : active;
}

/** The innermost span or minted request around. */
export function around(): Ambient["minted"] {
	const store = storage.getStore();
	const span = api.trace.getSpan(activeContext());
	if (span !== undefined && span !== store?.outer) {
		const context = span.spanContext();
		if (api.isSpanContextValid(context)) return fromSpanContext(context);
	}
	return store?.minted;
}

/** A span context in the words of the wire. */
export function fromSpanContext(context: api.SpanContext): NonNullable<Ambient["minted"]> {
	const { traceId, spanId, traceFlags: flags } = context;
	const state = context.traceState?.serialize();
	return state === undefined || state === ""
		? { traceId, spanId, flags }
		: { traceId, spanId, flags, state };
}
