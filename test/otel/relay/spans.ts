import { context, propagation, SpanKind, trace } from "@opentelemetry/api";
import {
	InMemorySpanExporter,
	ParentBasedSampler,
	type Sampler,
	SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

/** A span as its process exported it. */
export interface Exported {
	readonly name: string;
	readonly kind: string;
	readonly traceId: string;
	readonly spanId: string;
	readonly parentSpanId?: string;
	/** Span ids. */
	readonly links: readonly string[];
}

/** Registers an SDK whose roots are sampled so, and whose other spans as their parents are. */
export function registerSampled(root: Sampler): () => readonly Exported[] {
	const exporter = new InMemorySpanExporter();
	for (const api of [trace, context, propagation]) api.disable();
	new NodeTracerProvider({
		sampler: new ParentBasedSampler({ root }),
		spanProcessors: [new SimpleSpanProcessor(exporter)],
	}).register();
	return () =>
		exporter.getFinishedSpans().map((span): Exported => {
			const { traceId, spanId } = span.spanContext();
			const parentSpanId = span.parentSpanContext?.spanId;
			return {
				name: span.name,
				kind: SpanKind[span.kind],
				traceId,
				spanId,
				...(parentSpanId !== undefined && { parentSpanId }),
				links: span.links.map((link) => link.context.spanId),
			};
		});
}
