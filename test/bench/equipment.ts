import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { fileTrail, openAudit } from "@mcp-trail/audit";
import { instrumentation } from "@mcp-trail/mcp";
import {
	AggregationTemporality,
	MeterProvider,
	PeriodicExportingMetricReader,
	type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import { flushed } from "./peers/datadog.ts";

/** What a side carries: nothing, parts of ours, all of ours (`whole` = both, and metrics), or a peer's. */
export type Equipment = "bare" | "audit" | "spans" | "both" | "whole" | "sentry" | "datadog";

/** Puts the equipment on clients and servers. */
export interface Equipped {
	client<T extends object>(client: T): T;
	server<T extends object>(server: T): T;
	/** Waits until everything recorded is written; an error where an event was lost, or fewer than `atLeast` were recorded. */
	settle(atLeast?: number): Promise<void>;
	close(): Promise<void>;
}

const nullExporter: SpanExporter = {
	export: (_spans, done) => done({ code: 0 }),
	shutdown: () => Promise.resolve(),
};

const nullMetrics: PushMetricExporter = {
	export: (_metrics, done) => done({ code: 0 }),
	forceFlush: () => Promise.resolve(),
	shutdown: () => Promise.resolve(),
	selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE,
};

const bare = <T extends object>(peer: T): T => peer;
const nothing: Equipped = {
	client: bare,
	server: bare,
	settle: async () => {},
	close: async () => {},
};

/** Sentry has no part for clients: a side that has seen too few spans is a client's process. */
async function sentryEquipment(): Promise<Equipped> {
	const { settled, wrap } = await import("./peers/sentry.ts");
	let wraps = false;
	return {
		...nothing,
		server: (server) => {
			wraps = true;
			return wrap(server);
		},
		settle: async (atLeast = 0) => {
			const spans = await settled();
			if (wraps && spans < atLeast / 2)
				throw new Error(`Sentry made ${spans} spans of ${atLeast / 2} calls`);
		},
	};
}

/** Sets up what `kind` says; ours is a file trail at durability `os`, and the OpenTelemetry SDK with a batch processor. */
export async function equipment(kind: Equipment, dir: string): Promise<Equipped> {
	if (kind === "bare") return nothing;
	if (kind === "sentry") return await sentryEquipment();
	if (kind === "datadog") return { ...nothing, settle: flushed };
	return ours(kind, dir);
}

function ours(kind: "audit" | "spans" | "both" | "whole", dir: string): Equipped {
	const traces = kind !== "audit";
	const meterProvider =
		kind === "whole"
			? new MeterProvider({
					readers: [new PeriodicExportingMetricReader({ exporter: nullMetrics })],
				})
			: undefined;
	const provider = new NodeTracerProvider({
		spanProcessors: [new BatchSpanProcessor(nullExporter)],
	});
	if (traces) {
		provider.register({ contextManager: new AsyncLocalStorageContextManager().enable() });
	} else {
		context.disable();
	}
	const audit =
		kind === "spans"
			? undefined
			: openAudit({ service: "bench", trail: fileTrail({ dir, durability: "os" }) });
	const instrument = instrumentation({
		audit: audit ?? false,
		traces,
		...(meterProvider && { meterProvider }),
	});
	return {
		client: (client) => instrument.client(client as never),
		server: (server) => instrument.server(server as never),
		settle: async (atLeast = 0) => {
			await audit?.flush(AbortSignal.timeout(60_000));
			await provider.forceFlush();
			await meterProvider?.forceFlush();
			const { lost, recorded } = audit?.health() ?? { lost: 0, recorded: atLeast };
			// What is thrown away costs nothing: a figure with losses would be a lie.
			if (lost > 0) throw new Error(`${lost} events were lost; the figure does not count`);
			if (recorded < atLeast) {
				throw new Error(
					`${recorded} of ${atLeast} events were recorded; the figure does not count`,
				);
			}
		},
		close: async () => {
			await audit?.close();
			await provider.shutdown();
			await meterProvider?.shutdown();
		},
	};
}
