import { readFile } from "node:fs/promises";
import { context, metrics, propagation, trace } from "@opentelemetry/api";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";

/** Starts the OpenTelemetry SDK as an application does, towards a Collector. */
export function startTelemetry(url: string): NodeSDK {
	for (const api of [trace, context, propagation, metrics]) api.disable();
	const exporter = new OTLPMetricExporter({ url: `${url}/v1/metrics` });
	const sdk = new NodeSDK({
		serviceName: "collector-test",
		autoDetectResources: false,
		instrumentations: [],
		// Larger than the default, so that the SDK drops no span of calls made as fast as they go.
		spanProcessors: [
			new BatchSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces` }), {
				maxQueueSize: 50_000,
			}),
		],
		metricReaders: [
			new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 }),
		],
		logRecordProcessors: [],
	});
	sdk.start();
	return sdk;
}

interface Attribute {
	readonly key: string;
	readonly value: { readonly stringValue?: string; readonly intValue?: string };
}

/** Attributes as OTLP's JSON has them. */
type Attributes = Readonly<Record<string, string | number | undefined>>;

/** A span as the Collector wrote it. */
export interface WrittenSpan {
	readonly traceId: string;
	readonly spanId: string;
	readonly parentSpanId: string;
	readonly name: string;
	/** 2 = SERVER, 3 = CLIENT. */
	readonly kind: number;
	/** 2 = ERROR. */
	readonly status: { readonly code?: number };
	readonly attributes: Attributes;
}

/** A point of a metric as the Collector wrote it: how often a histogram was recorded, or the value of another. */
export interface WrittenPoint {
	readonly metric: string;
	readonly unit: string;
	/** Of a histogram alone. */
	readonly boundaries?: readonly number[];
	readonly count: number;
	readonly attributes: Attributes;
}

function attributesOf(attributes: readonly Attribute[] = []): Attributes {
	return Object.fromEntries(
		attributes.map(({ key, value }) => [
			key,
			value.intValue === undefined ? value.stringValue : Number(value.intValue),
		]),
	);
}

/** The requests in a file of the Collector's, one a line. */
async function requests(file: string): Promise<readonly Record<string, unknown>[]> {
	const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
	return lines.map((line): Record<string, unknown> => JSON.parse(line));
}

interface Traces {
	readonly resourceSpans?: readonly {
		readonly scopeSpans: readonly {
			readonly spans: readonly (Omit<WrittenSpan, "attributes"> & {
				readonly attributes?: readonly Attribute[];
			})[];
		}[];
	}[];
}

export async function writtenSpans(file: string): Promise<readonly WrittenSpan[]> {
	return (await requests(file)).flatMap(({ resourceSpans = [] }: Traces) =>
		resourceSpans.flatMap(({ scopeSpans }) =>
			scopeSpans.flatMap(({ spans }) =>
				spans.map((span) => ({ ...span, attributes: attributesOf(span.attributes) })),
			),
		),
	);
}

interface Value {
	readonly attributes?: readonly Attribute[];
	readonly asInt?: string;
}

interface Metric {
	readonly name: string;
	readonly unit: string;
	readonly gauge?: { readonly dataPoints: readonly Value[] };
	/** 2 = cumulative. */
	readonly sum?: { readonly aggregationTemporality: number; readonly dataPoints: readonly Value[] };
	readonly histogram?: {
		readonly aggregationTemporality: number;
		readonly dataPoints: readonly {
			readonly attributes?: readonly Attribute[];
			readonly count: string;
			readonly explicitBounds: readonly number[];
		}[];
	};
}

interface Metrics {
	readonly resourceMetrics?: readonly {
		readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[];
	}[];
}

function pointsOf({ name, unit, histogram, sum, gauge }: Metric): readonly WrittenPoint[] {
	if (gauge === undefined && (histogram ?? sum)?.aggregationTemporality !== 2)
		throw new Error(`${name} is not cumulative`);
	const metric = { metric: name, unit };
	const values = (sum ?? gauge)?.dataPoints ?? [];
	return [
		...(histogram?.dataPoints ?? []).map(({ attributes, count, explicitBounds }) => ({
			...metric,
			boundaries: explicitBounds,
			count: Number(count),
			attributes: attributesOf(attributes),
		})),
		...values.map(({ attributes, asInt }) => ({
			...metric,
			count: Number(asInt),
			attributes: attributesOf(attributes),
		})),
	];
}

/** The points of the last export: they count from the beginning on. */
export async function writtenPoints(file: string): Promise<readonly WrittenPoint[]> {
	const { resourceMetrics = [] }: Metrics = (await requests(file)).at(-1) ?? {};
	return resourceMetrics.flatMap(({ scopeMetrics }) =>
		scopeMetrics.flatMap(({ metrics: written }) => written.flatMap(pointsOf)),
	);
}
