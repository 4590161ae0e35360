import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { fileTrail, openAudit } from "@mcp-trail/audit";
import { instrumentation } from "@mcp-trail/mcp";

/** What a side carries. */
export type Equipment = "bare" | "audit" | "spans" | "both";

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

const bare = <T extends object>(peer: T): T => peer;

/** Sets up what `kind` says: a file trail at durability `os`, the OpenTelemetry SDK with a batch processor, both, or nothing. */
export function equipment(kind: Equipment, dir: string): Equipped {
	if (kind === "bare") {
		return { client: bare, server: bare, settle: async () => {}, close: async () => {} };
	}
	const traces = kind !== "audit";
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
	const instrument = instrumentation({ audit: audit ?? false, traces });
	return {
		client: (client) => instrument.client(client as never),
		server: (server) => instrument.server(server as never),
		settle: async (atLeast = 0) => {
			await audit?.flush(AbortSignal.timeout(60_000));
			await provider.forceFlush();
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
		},
	};
}
