import { SpanStatusCode, type HrTime } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import {
	SimpleSpanProcessor,
	type ReadableSpan,
	type SpanExporter,
} from "@opentelemetry/sdk-trace-base";

/** What the demo shows of a span; small enough to cross from one process to another. */
export interface ShownSpan {
	readonly service: string;
	readonly traceId: string;
	readonly spanId: string;
	readonly parentSpanId?: string;
	readonly name: string;
	readonly kind: string;
	readonly startMs: number;
	readonly tookMs: number;
	readonly failed: boolean;
}

const KINDS = ["INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"] as const;
const ms = ([seconds, nanos]: HrTime): number => seconds * 1000 + nanos / 1e6;

/** Starts the OpenTelemetry SDK of this process and hands every ended span to `show`. */
export function startTelemetry(service: string, show: (span: ShownSpan) => void): NodeSDK {
	const exporter: SpanExporter = {
		export: (spans, done) => {
			for (const span of spans) show(shown(service, span));
			done({ code: 0 });
		},
		shutdown: () => Promise.resolve(),
	};
	const sdk = new NodeSDK({
		serviceName: service,
		autoDetectResources: false,
		instrumentations: [],
		spanProcessors: [new SimpleSpanProcessor(exporter)],
		metricReaders: [],
		logRecordProcessors: [],
	});
	sdk.start();
	return sdk;
}

function shown(service: string, span: ReadableSpan): ShownSpan {
	const parent = span.parentSpanContext?.spanId;
	return {
		service,
		traceId: span.spanContext().traceId,
		spanId: span.spanContext().spanId,
		...(parent === undefined ? {} : { parentSpanId: parent }),
		name: span.name,
		kind: KINDS[span.kind] ?? "INTERNAL",
		startMs: ms(span.startTime),
		tookMs: ms(span.duration),
		failed: span.status.code === SpanStatusCode.ERROR,
	};
}
