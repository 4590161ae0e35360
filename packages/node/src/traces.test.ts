import {
	createNoopMeter,
	diag,
	type DiagLogger,
	DiagLogLevel,
	metrics,
	ProxyTracerProvider,
	trace,
} from "@opentelemetry/api";
import { afterEach, expect, it, vi } from "vitest";
import { loadTraces } from "./traces.ts";

afterEach(() => {
	diag.disable();
	trace.disable();
	metrics.disable();
	vi.unstubAllEnvs();
});

const nothing = (): void => undefined;

it("[transparent.zero_code_traces] leaves the application its OpenTelemetry logger", async () => {
	const heard: string[] = [];
	const hear = (message: string): void => void heard.push(message);
	const own: DiagLogger = { error: hear, warn: hear, info: hear, debug: nothing, verbose: nothing };
	diag.setLogger(own, DiagLogLevel.INFO);
	for (const signal of ["TRACES", "METRICS", "LOGS"]) vi.stubEnv(`OTEL_${signal}_EXPORTER`, "none");
	vi.stubEnv("OTEL_LOG_LEVEL", "warn");
	const traces = await loadTraces(true, "tickets");
	traces.start();
	diag.info("still heard");
	await traces.shutdown();
	expect(heard).toContain("still heard");
});

it("[transparent.zero_code_traces] flushes the application's meters with its spans", async () => {
	const flushed: string[] = [];
	const provider = (name: string) => ({
		getTracer: () => new ProxyTracerProvider().getTracer("none"),
		getMeter: () => createNoopMeter(),
		forceFlush: async () => {
			flushed.push(name);
			throw new Error("no receiver");
		},
	});
	trace.setGlobalTracerProvider(provider("spans"));
	metrics.setGlobalMeterProvider(provider("meters"));
	const traces = await loadTraces(true, "tickets");
	await traces.flush();
	expect(flushed).toEqual(["spans", "meters"]);
});
