import { types } from "node:util";
import type * as api from "@opentelemetry/api";
import type { Exchange } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";

/** The request a span is about, as hooks get it; nothing of it is to be changed. */
export type HookedRequest = Pick<
	Exchange,
	"direction" | "id" | "inbound" | "method" | "params" | "protocolVersion"
>;

/** The response that came or went, as a hook gets it. */
export interface HookedResponse {
	readonly request: HookedRequest;
	/** The JSON-RPC response: with `result`, or with `error`. */
	readonly response: JsonObject;
}

/** An application's own hooks on spans, named as OpenTelemetry's instrumentations name them. */
export interface SpanHooks {
	/** Called when a recording span has started, with the attributes that it has from us. */
	readonly requestHook?: (span: api.Span, request: HookedRequest) => void;
	/** Called before a recording span ends, where there was a response; what it sets wins. */
	readonly responseHook?: (span: api.Span, answer: HookedResponse) => void;
}

/** Calls a hook; what it throws, at once or later, goes to `onFault` and never to the host. */
export function callHook(hook: () => unknown, onFault: (fault: unknown) => void): void {
	try {
		const result = hook();
		// An async function is taken for a hook all the same; nobody waits for it.
		if (types.isPromise(result)) result.catch(onFault);
	} catch (fault) {
		onFault(fault);
	}
}
