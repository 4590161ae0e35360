import * as api from "@opentelemetry/api";

const SCOPE = "@mcp-trail/mcp";

/** The API's own provider before an SDK is registered: its members are not in `TracerProvider`. */
interface Proxy extends api.TracerProvider {
	getDelegate(): api.TracerProvider;
	getDelegateTracer(name: string): api.Tracer | undefined;
}

function isProxy(provider: api.TracerProvider): provider is Proxy {
	return "getDelegate" in provider && "getDelegateTracer" in provider;
}

/**
 * Finds the tracer to use now; undefined while no SDK is registered, which may happen later.
 * Asking first keeps a process without an SDK from building attributes that nobody reads.
 */
export function tracerSource(given?: api.TracerProvider): () => api.Tracer | undefined {
	let provider: api.TracerProvider | undefined;
	let tracer: api.Tracer | undefined;
	return () => {
		const outer = given ?? api.trace.getTracerProvider();
		const current = isProxy(outer) ? outer.getDelegate() : outer;
		if (current !== provider) {
			provider = current;
			tracer = isProxy(outer) ? outer.getDelegateTracer(SCOPE) : outer.getTracer(SCOPE);
		}
		return tracer;
	};
}
