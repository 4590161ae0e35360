import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { memoryTrail, openAudit } from "@mcp-trail/audit";
import { validate } from "@mcp-trail/event/schema";
import { instrumentation } from "@mcp-trail/mcp";
import type { SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import type { Switch } from "./instrumented.ts";

/** Sets up what a careful host would: a trail in files, spans, and an ear for everything that goes wrong. */
export async function switchedOn(root: string): Promise<Switch> {
	const folder = join(root, `process-${process.pid}`);
	await mkdir(folder, { recursive: true });
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

	const audit = openAudit({
		service: "conformance",
		trail: memoryTrail(),
		sinks: [
			{
				name: "file",
				delivery: "at_least_once",
				ordered: true,
				write: (batch) =>
					appendFile(
						join(folder, "events.ndjson"),
						batch.map(({ bytes }) => `${Buffer.from(bytes).toString()}\n`).join(""),
					),
			},
		],
		judge(event) {
			const { issues } = validate(event, { as: "audit" });
			const [issue] = issues;
			return issue && `${issue.path} ${issue.message}`;
		},
		onError: (error) => troubles.push(`audit: ${error.message}`),
	});
	const trail = instrumentation({
		audit,
		onWarning: (warning) =>
			troubles.push(`instrumentation: ${warning.message} ${String(warning.cause)}`),
	});

	return {
		server: (server) => trail.server(server),
		client: (client) => trail.client(client),
		handler: (handler) => trail.handler(handler),
		async close() {
			const report = await audit.close();
			await provider.shutdown();
			if (!report.clean || report.lost > 0) troubles.push(`close: ${JSON.stringify(report)}`);
			await writeFile(join(folder, "report.json"), JSON.stringify({ spans, troubles }));
		},
	};
}
