import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { fileTrail, openAudit } from "@mcp-trail/audit";
import { instrumentation } from "@mcp-trail/mcp";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { exporters } from "./exporters.ts";
import { flushed } from "./peers/datadog.ts";
import { ingestUrl } from "./peers/null-agent.ts";

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
			// What is sent is counted where it arrives.
			if (wraps && spans !== undefined && spans < atLeast / 2)
				throw new Error(`Sentry made ${spans} spans of ${atLeast / 2} calls`);
		},
	};
}

/** Sets up what `kind` says; ours is a file trail at durability `os`, and the OpenTelemetry SDK with a batch processor. */
export async function equipment(kind: Equipment, dir: string): Promise<Equipped> {
	if (kind === "bare") return nothing;
	if (kind === "sentry") return await sentryEquipment();
	if (kind === "datadog") return { ...nothing, settle: flushed };
	return await ours(kind, dir);
}

/** A slow moment of the receiver loses no span, as it may with the usual 2,048. */
const QUEUE = { maxQueueSize: 1_000_000 } as const;

async function ours(kind: "audit" | "spans" | "both" | "whole", dir: string): Promise<Equipped> {
	const to = await exporters(ingestUrl(kind));
	const traces = kind !== "audit";
	const meterProvider =
		kind === "whole"
			? new MeterProvider({
					readers: [new PeriodicExportingMetricReader({ exporter: to.metrics })],
				})
			: undefined;
	const provider = new NodeTracerProvider({
		spanProcessors: [new BatchSpanProcessor(to.spans, QUEUE)],
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
