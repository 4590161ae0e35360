import { peerRequire } from "./packages.ts";

interface Tracer {
	readonly _tracer?: { readonly _exporter?: { flush?(done: () => void): void } };
}

/** What dd-trace is preloaded with; it finds the MCP SDK by itself. */
export const datadogPreload = (): string => peerRequire.resolve("dd-trace/initialize.mjs");

/** Traces only, and to nobody but the agent given. */
export const datadogEnvironment = (agentUrl: string): Readonly<Record<string, string>> => ({
	DD_TRACE_AGENT_URL: agentUrl,
	DD_SERVICE: "bench",
	DD_INSTRUMENTATION_TELEMETRY_ENABLED: "false",
	DD_REMOTE_CONFIGURATION_ENABLED: "false",
	DD_TRACE_STARTUP_LOGS: "false",
});

/** Sends what was recorded: dd-trace has no public way to ask for it. */
export async function flushed(): Promise<void> {
	const tracer: Tracer = peerRequire("dd-trace");
	const exporter = tracer._tracer?._exporter;
	if (exporter?.flush === undefined) throw new Error("dd-trace is not running in this process");
	await new Promise<void>((resolve) => exporter.flush?.(resolve));
}
