import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import type { Subject } from "./subject.ts";

/** The exporter's default for everything it does with one batch, retries included. */
const DEFAULT_TIMEOUT_MS = 10_000;

/** OpenTelemetry's own pipeline for logs, all defaults: the batch processor and the OTLP exporter over HTTP. */
export async function stockSubject(url: string, timeoutMs: number): Promise<Subject> {
	const exporter = new OTLPLogExporter({
		url: `${url}/v1/logs`,
		timeoutMillis: Math.min(timeoutMs, DEFAULT_TIMEOUT_MS),
	});
	const provider = new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter })] });
	const logger = provider.getLogger("");
	const ids: string[] = [];
	return {
		record: (id) => {
			ids.push(id);
			logger.emit({
				eventName: "ext.com.example.drilled",
				attributes: { "audit.record.id": id },
			});
		},
		failures: () => undefined,
		finish: async () => {
			await provider.forceFlush();
			await provider.shutdown();
			return { ids, last: new Set(), deadLetters: [] };
		},
	};
}
