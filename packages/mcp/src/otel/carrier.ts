import * as api from "@opentelemetry/api";
import type { JsonObject, Meta } from "../json-object.ts";
import { formatTraceparent, parseTraceparent } from "../trace-ids.ts";
import { fromSpanContext } from "./ambient.ts";

/** SEP-414: the keys are bare. */
const TRACEPARENT = "traceparent";
const TRACESTATE = "tracestate";
const BAGGAGE = "baggage";

/** W3C Baggage §3.3.2 asks for 8,192 bytes; a peer that sends more is not read. */
const MAX_VALUE_LENGTH = 8192;
/** W3C Trace Context §3.3.1.5: what must at least be propagated. */
const MAX_STATE_LENGTH = 512;

const getter: api.TextMapGetter<JsonObject> = {
	keys: (meta) => Object.keys(meta),
	get(meta, key) {
		const value = Object.hasOwn(meta, key) ? meta[key] : undefined;
		return typeof value === "string" && value.length <= MAX_VALUE_LENGTH ? value : undefined;
	},
};

const setter: api.TextMapSetter<Record<string, string>> = {
	set(carrier, key, value) {
		carrier[key] = value;
	},
};

/** Reads a peer's context over `base`: by the configured propagators, by W3C Trace Context where none is configured. */
export function extract(base: api.Context, meta: JsonObject): api.Context {
	if (api.propagation.fields().length > 0) return api.propagation.extract(base, meta, getter);
	const parent = parseTraceparent(getter.get(meta, TRACEPARENT));
	if (parent === undefined) return base;
	const state = stateOf(meta);
	return api.trace.setSpanContext(base, {
		traceId: parent.traceId,
		spanId: parent.spanId,
		traceFlags: parent.flags,
		isRemote: true,
		...(state === undefined ? {} : { traceState: api.createTraceState(state) }),
	});
}

/** The peer's `tracestate`, where it has one of a length that must be passed on. */
export function stateOf(meta: JsonObject): string | undefined {
	const state = getter.get(meta, TRACESTATE);
	return typeof state === "string" && state !== "" && state.length <= MAX_STATE_LENGTH
		? state
		: undefined;
}

/** Tells whether the caller already wrote a trace context; ours must then stay out, so that two are never mixed. */
export function hasContext(meta: JsonObject | undefined): boolean {
	if (meta === undefined) return false;
	if (Object.hasOwn(meta, TRACEPARENT) || Object.hasOwn(meta, TRACESTATE)) return true;
	return api.propagation.fields().some((field) => field !== BAGGAGE && Object.hasOwn(meta, field));
}

/** Writes a context for the wire; undefined when there is nothing to write. */
export function inject(context: api.Context): Meta | undefined {
	if (api.propagation.fields().length > 0) {
		const carrier: Record<string, string> = {};
		api.propagation.inject(context, carrier, setter);
		return Object.keys(carrier).length > 0 ? carrier : undefined;
	}
	const span = api.trace.getSpanContext(context);
	return span === undefined ? undefined : injectIds(fromSpanContext(span));
}

/** Writes ids for the wire, by W3C Trace Context. */
export function injectIds(ids: ReturnType<typeof fromSpanContext>): Meta {
	const traceparent = formatTraceparent(ids);
	return ids.state === undefined
		? { [TRACEPARENT]: traceparent }
		: { [TRACEPARENT]: traceparent, [TRACESTATE]: ids.state };
}
