import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { heading, report } from "./report.ts";
import { type Measured, paired, rounds, type Side } from "./rounds.ts";

const STARTUP_ROUNDS = 21;
const MAX_ADDED_MS = 200;

/** How a program is started. */
interface Start {
	readonly imports: readonly string[];
	readonly env: Readonly<Record<string, string>>;
}

const register = fileURLToPath(import.meta.resolve("@mcp-trail/node/register"));
const program = (name: string): string => join(import.meta.dirname, "startup", name);

const starts = {
	bare: { imports: [], env: {} },
	audit: { imports: [register], env: { MCP_TRAIL_TRACES: "false" } },
	"own sdk-node": { imports: [program("own-sdk.mjs")], env: {} },
	"audit and traces": { imports: [register], env: { MCP_TRAIL_TRACES: "true" } },
} as const satisfies Record<string, Start>;

/** Nothing is exported before the process ends: what that would cost is not a start's. */
const quiet = {
	// Both sides with an exporter, whatever the shell has set: without one there is no tracer to start.
	OTEL_SDK_DISABLED: "false",
	OTEL_TRACES_EXPORTER: "otlp",
	OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
	OTEL_METRICS_EXPORTER: "none",
	OTEL_LOGS_EXPORTER: "none",
};

type Used = Readonly<Record<"firstLineUs" | "answeredUs", number>>;

async function usedBy(app: string, { imports, env }: Start): Promise<Used> {
	const dir = mkdtempSync(join(tmpdir(), "bench-startup-"));
	const child = spawn(
		process.execPath,
		[...imports.flatMap((file) => ["--import", file]), program(app)],
		{
			env: { ...process.env, ...quiet, MCP_TRAIL_DIR: dir, ...env },
			stdio: ["ignore", "pipe", "inherit"],
		},
	);
	let said = "";
	child.stdout.on("data", (chunk) => (said += String(chunk)));
	const code = await new Promise((resolve) => child.once("close", resolve));
	rmSync(dir, { recursive: true, force: true });
	if (code !== 0) throw new Error(`${app} ended with ${String(code)}: ${said}`);
	return JSON.parse(said) as Used;
}

/** Milliseconds that one start takes over another. */
const added = (of: ReadonlyMap<string, readonly Measured[]>, to: string, by: string) =>
	paired(of.get(to) ?? [], of.get(by) ?? [], (a, b) => (b.cpuUs - a.cpuUs) / 1_000);

/** What `node --import @mcp-trail/node/register` adds to the CPU of a start, in processes that take turns. */
export async function benchStartup({ scale }: { readonly scale: number }): Promise<void> {
	const count = Math.max(11, Math.round(STARTUP_ROUNDS * Math.min(1, scale * 2)));
	for (const app of ["v1.mjs", "v2.mjs"]) {
		heading(
			`Start-up of an SDK ${app.slice(0, 2)} application, CPU of the whole process, ${count} starts each`,
		);
		const answered = new Map<string, Measured[]>();
		const sides = Object.entries(starts).map(([name, start]): Side => ({
			name,
			async run() {
				const { firstLineUs, answeredUs } = await usedBy(app, start);
				answered.set(name, [
					...(answered.get(name) ?? []),
					{ items: 1, cpuUs: answeredUs, wallUs: answeredUs },
				]);
				return { items: 1, cpuUs: firstLineUs, wallUs: firstLineUs };
			},
			close: async () => {},
		}));
		const atFirstLine = await rounds(sides, { rounds: count, items: 1 });
		const target = { kind: "at_most", value: MAX_ADDED_MS } as const;
		// Each side's first start warmed up.
		for (const [name, all] of answered) answered.set(name, all.slice(1));
		for (const [when, of] of [
			["at the first line", atFirstLine],
			["first call answered", answered],
		] as const) {
			report(`audit over bare, ${when}`, added(of, "bare", "audit"), "ms", target);
			const traces = added(of, "own sdk-node", "audit and traces");
			report(`audit and traces over own sdk-node, ${when}`, traces, "ms", target);
		}
	}
}
