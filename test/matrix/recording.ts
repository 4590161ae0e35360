import { memoryTrail, openAudit } from "@mcp-trail/audit";
import { inMemberOrder, type StoredEvent } from "@mcp-trail/event";
import { validate } from "@mcp-trail/event/schema";
import { type Instrumentation, instrumentation } from "@mcp-trail/mcp";
import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import type { Side } from "./expected.ts";

/** What the matrix asks of a span; those of notifications are left out. */
export interface SpanRecord {
	readonly name: string;
	readonly kind: string;
	readonly traceId: string;
	readonly spanId: string;
	readonly parentSpanId?: string;
	readonly requestId: string;
	/** Absent where the status is not ERROR. */
	readonly errorType?: string;
}

/** What one side recorded, and what is wrong with it by the writer schema. */
export interface Recording {
	readonly events: readonly StoredEvent[];
	readonly spans: readonly SpanRecord[];
	readonly invalid: readonly string[];
}

/** One side's audit and instrumentation. */
export interface Recorder {
	readonly seen: Instrumentation;
	/** Waits until so many events are recorded that are like this, or the deadline passes. */
	readonly until: (count: number, isLike: (event: StoredEvent) => boolean) => Promise<void>;
	readonly finish: () => Promise<Omit<Recording, "spans">>;
}

/** A call that nobody stops works on for 1.5 s; a busy machine takes longer. */
const WITHIN_MS = 60_000;

export const isOutcome = (event: StoredEvent): boolean =>
	event.type === "mcp.request" && event.phase === "outcome";

/** Opens an audit on a memory trail whose events end in a list. */
export function recorder(service: string): Recorder {
	const events: StoredEvent[] = [];
	const invalid: string[] = [];
	const audit = openAudit({
		service,
		trail: memoryTrail(),
		sinks: [
			{
				name: "list",
				delivery: "at_least_once",
				ordered: true,
				limits: { lingerMs: 1 },
				write: async (batch) => {
					events.push(...batch.map((sealed) => sealed.event));
				},
			},
		],
		onError: (error) => {
			invalid.push(`${error.code}: ${error.message}`);
		},
	});
	return {
		seen: instrumentation({ audit, onWarning: (warning) => invalid.push(warning.message) }),
		async until(count, isLike) {
			const deadlineMs = Date.now() + WITHIN_MS;
			while (events.filter(isLike).length < count && Date.now() < deadlineMs) {
				await new Promise((resolve) => setTimeout(resolve, 10));
			}
		},
		async finish() {
			const report = await audit.close();
			if (!report.clean || report.lost > 0) invalid.push(JSON.stringify(report));
			for (const event of events) {
				const verdict = validate(event, { as: "writer" });
				if (!verdict.valid) invalid.push(JSON.stringify(verdict));
				if (inMemberOrder(event) !== event) invalid.push(`out of order: ${JSON.stringify(event)}`);
			}
			return { events, invalid };
		},
	};
}

/** Spans of this process. */
export interface Spans {
	/** Ended since the last call. */
	take(): readonly SpanRecord[];
}

/** The spans of one side, where all requests go one way. */
export function ofSide(spans: readonly SpanRecord[], side: Side): readonly SpanRecord[] {
	return spans.filter((span) => span.kind === side.toUpperCase());
}

/** Registers an OpenTelemetry SDK as an application does, with an exporter that keeps spans in memory. */
export function registerSpans(): Spans {
	const exporter = new InMemorySpanExporter();
	for (const api of [trace, context, propagation]) api.disable();
	new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
	return {
		take() {
			const others = exporter
				.getFinishedSpans()
				.filter((span) => !span.name.startsWith("notifications/"));
			const records = others.map((span): SpanRecord => {
				const { traceId, spanId } = span.spanContext();
				const parentSpanId = span.parentSpanContext?.spanId;
				return {
					name: span.name,
					kind: SpanKind[span.kind],
					traceId,
					spanId,
					...(parentSpanId !== undefined && { parentSpanId }),
					requestId: String(span.attributes["jsonrpc.request.id"]),
					...(span.status.code === SpanStatusCode.ERROR && {
						errorType: String(span.attributes["error.type"]),
					}),
				};
			});
			exporter.reset();
			return records;
		},
	};
}
