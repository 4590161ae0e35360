import {
	AggregationTemporality,
	InMemoryMetricExporter,
	MeterProvider,
	PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
	BasicTracerProvider,
	InMemorySpanExporter,
	SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";

/** A tracer provider whose ended spans are kept. */
export function keptSpans(): {
	readonly exporter: InMemorySpanExporter;
	readonly tracerProvider: BasicTracerProvider;
} {
	const exporter = new InMemorySpanExporter();
	const spanProcessors = [new SimpleSpanProcessor(exporter)];
	return { exporter, tracerProvider: new BasicTracerProvider({ spanProcessors }) };
}

/** A meter provider whose metrics are read by `reader.collect()` alone. */
export function keptMetrics(): {
	readonly reader: PeriodicExportingMetricReader;
	readonly meterProvider: MeterProvider;
} {
	const reader = new PeriodicExportingMetricReader({
		exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
		exportIntervalMillis: 3_600_000,
	});
	return { reader, meterProvider: new MeterProvider({ readers: [reader] }) };
}
