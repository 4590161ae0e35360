import type { PushMetricExporter } from "@opentelemetry/sdk-metrics";
import { AggregationTemporality } from "@opentelemetry/sdk-metrics";
import type { SpanExporter } from "@opentelemetry/sdk-trace-base";

/** Where spans and metrics go. */
export interface Exporters {
	readonly spans: SpanExporter;
	readonly metrics: PushMetricExporter;
}

const nowhere: Exporters = {
	spans: {
		export: (_spans, done) => done({ code: 0 }),
		shutdown: () => Promise.resolve(),
	},
	metrics: {
		export: (_metrics, done) => done({ code: 0 }),
		forceFlush: () => Promise.resolve(),
		shutdown: () => Promise.resolve(),
		selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE,
	},
};

/** OTLP over HTTP to the ingest given, as an application would send it; without one everything is thrown away. */
export async function exporters(ingest: string | undefined): Promise<Exporters> {
	if (ingest === undefined) return nowhere;
	const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-proto");
	const { OTLPMetricExporter } = await import("@opentelemetry/exporter-metrics-otlp-proto");
	return {
		spans: new OTLPTraceExporter({ url: `${ingest}/v1/traces` }),
		metrics: new OTLPMetricExporter({ url: `${ingest}/v1/metrics` }),
	};
}
