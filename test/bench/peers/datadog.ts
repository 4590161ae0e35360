import { peerRequire } from "./packages.ts";

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

const memberOf = (of: unknown, name: string): unknown =>
	typeof of === "object" && of !== null ? Reflect.get(of, name) : undefined;

/** Sends what was recorded: dd-trace has no public way to ask for it. */
export async function flushed(): Promise<void> {
	const exporter = memberOf(memberOf(peerRequire("dd-trace"), "_tracer"), "_exporter");
	const flush = memberOf(exporter, "flush");
	if (typeof flush !== "function") throw new Error("dd-trace is not running in this process");
	await new Promise<void>((resolve) => Reflect.apply(flush, exporter, [resolve]));
}
