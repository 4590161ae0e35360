import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileTrail, openAudit } from "@mcp-trail/audit";
import { validate } from "@mcp-trail/event/schema";
import { instrumentation } from "@mcp-trail/mcp";
import type { SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { reportsFolder, trailFolder, type ProgramReport } from "./evidence.ts";
import type { Switch } from "./instrumented.ts";

/** Sets up what a careful host would: a trail in files, spans, and an ear for everything that goes wrong. */
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
			const { clean, lost, head } = await audit.close();
			await provider.shutdown();
			const report: ProgramReport = { clean, lost, head, spans, troubles };
			await writeFile(join(reportsFolder(root), `${process.pid}.json`), JSON.stringify(report));
		},
	};
}
