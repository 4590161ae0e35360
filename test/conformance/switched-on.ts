import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileTrail, openAudit } from "@mcp-trail/audit";
import { validate } from "@mcp-trail/event/schema";
import { instrumentation } from "@mcp-trail/mcp";
import { httpEdge } from "@mcp-trail/mcp/http";
import { metrics } from "@opentelemetry/api";
import {
	AggregationTemporality,
	InMemoryMetricExporter,
	MeterProvider,
	PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import type { SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { reportsFolder, trailFolder, type ProgramReport } from "./evidence.ts";
import type { Switch } from "./instrumented.ts";

/** Counts requests for a token (RFC 6749 §3.2) where they leave the program, whoever sends them. */
function countTokenRequests(): { readonly count: () => number } {
	const send = globalThis.fetch;
	let count = 0;
	globalThis.fetch = (input, init) => {
		const body = init?.body;
		const form = typeof body === "string" ? new URLSearchParams(body) : body;
		if (form instanceof URLSearchParams && form.has("grant_type")) count += 1;
		return send(input, init);
	};
	return { count: () => count };
}

/** Sets up what a careful host would: a trail in files, spans, metrics, the HTTP edge, and an ear for everything that goes wrong. */
export async function switchedOn(root: string, extension: boolean): Promise<Switch> {
	const tokens = countTokenRequests();
	await mkdir(reportsFolder(root), { recursive: true });
	const troubles: string[] = [];
	let spans = 0;

	const counting: SpanProcessor = {
		onStart() {},
		onEnd() {
			spans += 1;
		},
		forceFlush: async () => {},
		shutdown: async () => {},
	};
	const provider = new NodeTracerProvider({ spanProcessors: [counting] });
	provider.register();
	let points = 0;
	const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
	const meters = new MeterProvider({
		readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1000 })],
	});
	metrics.setGlobalMeterProvider(meters);

	const audit = openAudit({
		service: "conformance",
		trail: fileTrail({ dir: trailFolder(root) }),
		judge(event) {
			const { issues } = validate(event, { as: "audit" });
			const [issue] = issues;
			return issue && `${issue.path} ${issue.message}`;
		},
		onError: (error) => troubles.push(`audit: ${error.message}`),
	});
	const onWarning = (warning: Error): void =>
		void troubles.push(`instrumentation: ${warning.message} ${String(warning.cause)}`);
	const trail = instrumentation({ audit, onWarning, extension });
	const edge = httpEdge({ audit, onWarning });

	return {
		server: (server) => trail.server(server),
		client: (client) => trail.client(client),
		handler: (handler) => trail.handler(handler),
		listener: (listener) => edge.listener(listener),
		fetch: trail.fetch(fetch),
		async close() {
			edge.flush();
			const { clean, lost, head } = await audit.close();
			await provider.shutdown();
			await meters.forceFlush();
			for (const { scopeMetrics } of exporter.getMetrics())
				for (const { metrics: all } of scopeMetrics) points += all.length;
			if (points === 0) troubles.push("measured nothing");
			await meters.shutdown();
			const report: ProgramReport = {
				clean,
				lost,
				head,
				spans,
				tokenRequests: tokens.count(),
				troubles,
			};
			await writeFile(join(reportsFolder(root), `${process.pid}.json`), JSON.stringify(report));
		},
	};
}
