// An application that sets up SDK 3.x, whose provider registers nothing by itself.
import { context, metrics, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
	CompositePropagator,
	W3CBaggagePropagator,
	W3CTraceContextPropagator,
} from "@opentelemetry/core";
import {
	InMemorySpanExporter,
	SimpleSpanProcessor,
	TracerProvider,
} from "@opentelemetry/sdk-trace";
import { meters } from "./meters.mjs";

export function start() {
	const exporter = new InMemorySpanExporter();
	context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
	propagation.setGlobalPropagator(
		new CompositePropagator({
			propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
		}),
	);
	trace.setGlobalTracerProvider(
		new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
	);
	const { provider, collect } = meters();
	metrics.setGlobalMeterProvider(provider);
	return { spans: () => exporter.getFinishedSpans(), collect };
}
