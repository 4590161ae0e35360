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

/** Sets up what a careful host would: a trail in files, spans, metrics, the HTTP edge, and an ear for everything that goes wrong. */
export async function switchedOn(root: string): Promise<Switch> {
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
	const trail = instrumentation({ audit, onWarning });
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
			const report: ProgramReport = { clean, lost, head, spans, troubles };
			await writeFile(join(reportsFolder(root), `${process.pid}.json`), JSON.stringify(report));
		},
	};
}
