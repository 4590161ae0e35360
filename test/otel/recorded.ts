import { context, metrics, propagation, type SpanKind, trace } from "@opentelemetry/api";
import {
	AggregationTemporality,
	type HistogramMetricData,
	InMemoryMetricExporter,
	MeterProvider,
	PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
	InMemorySpanExporter,
	type ReadableSpan,
	type Sampler,
	SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

/** One point of a histogram: how often these attributes were recorded. */
export interface Point {
	readonly metric: string;
	readonly attributes: Readonly<Record<string, unknown>>;
	readonly count: number;
}

/** What an OpenTelemetry SDK registered as an application does it has received. */
export interface Recorded {
	spans(kind: SpanKind): readonly ReadableSpan[];
	histograms(): Promise<readonly HistogramMetricData[]>;
	points(metric: string): Promise<readonly Point[]>;
	close(): Promise<void>;
}

/** Registers the SDK's providers of spans and meters, with exporters in memory. */
export function registerSdk(sampler?: Sampler): Recorded {
	const exporter = new InMemorySpanExporter();
	const reader = new PeriodicExportingMetricReader({
		exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
		exportIntervalMillis: 3_600_000,
	});
	const meterProvider = new MeterProvider({ readers: [reader] });
	for (const api of [trace, context, propagation, metrics]) api.disable();
	new NodeTracerProvider({
		spanProcessors: [new SimpleSpanProcessor(exporter)],
		...(sampler && { sampler }),
	}).register();
	metrics.setGlobalMeterProvider(meterProvider);

	async function histograms(): Promise<readonly HistogramMetricData[]> {
		const { resourceMetrics, errors } = await reader.collect();
		if (errors.length > 0) throw new AggregateError(errors, "metrics could not be collected");
		return resourceMetrics.scopeMetrics
			.flatMap((scope) => scope.metrics)
			.filter((metric) => isHistogram(metric));
	}
	return {
		spans: (kind) => exporter.getFinishedSpans().filter((span) => span.kind === kind),
		histograms,
		async points(metric) {
			const found = (await histograms()).filter(({ descriptor }) => descriptor.name === metric);
			return found.flatMap(({ dataPoints }) =>
				dataPoints.map(({ attributes, value }) => ({ metric, attributes, count: value.count })),
			);
		},
		async close() {
			for (const api of [trace, context, propagation, metrics]) api.disable();
			await meterProvider.shutdown();
		},
	};
}

function isHistogram(metric: { readonly dataPointType: number }): metric is HistogramMetricData {
	// DataPointType.HISTOGRAM; it is a const enum's value at run time.
	return metric.dataPointType === 0;
}
