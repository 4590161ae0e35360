import {
	AggregationTemporality,
	InMemoryMetricExporter,
	MeterProvider,
	PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";

/** The same in both lines. */
export function meters() {
	const reader = new PeriodicExportingMetricReader({
		exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
		exportIntervalMillis: 3_600_000,
	});
	return {
		provider: new MeterProvider({ readers: [reader] }),
		collect: async () => {
			const { resourceMetrics, errors } = await reader.collect();
			if (errors.length > 0) throw new AggregateError(errors);
			return resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
		},
	};
}
