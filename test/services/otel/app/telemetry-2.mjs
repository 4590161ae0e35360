// An application that sets up SDK 2.x.
import { metrics } from "@opentelemetry/api";
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { meters } from "./meters.mjs";

export function start() {
	const exporter = new InMemorySpanExporter();
	new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
	const { provider, collect } = meters();
	metrics.setGlobalMeterProvider(provider);
	return { spans: () => exporter.getFinishedSpans(), collect };
}
