import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePorts } from "../kafka/ports.ts";
import { serverProcess, type ServerProcess } from "../server-process.ts";
import { collectorProgram, COLLECTOR_VERSION } from "./distribution.ts";

/** How a Collector is set up. */
export interface CollectorOptions {
	/** When its file has what it said yes to: before it says so, or when a batch is full, as is usual. @default "before" */
	readonly writes?: "before" | "later";
	/** Refuses everything, as one does that is short of memory. @default false */
	readonly full?: boolean;
}

/** A running OpenTelemetry Collector that receives OTLP and writes what it gets to files. */
export interface RunningCollector extends Omit<ServerProcess, "launch"> {
	readonly url: string;
	readonly version: string;
	/** The file of log records, one request a line. */
	readonly file: string;
	/** The file of spans, and that of metrics. */
	readonly tracesFile: string;
	readonly metricsFile: string;
	/** Starts it again on its old port and file, and waits until it answers; other options may be given. */
	start(options?: CollectorOptions): Promise<void>;
	close(): Promise<void>;
}

const READY_MS = 60_000;

/** Starts a real Collector and waits until it answers. */
export async function startCollector(options: CollectorOptions = {}): Promise<RunningCollector> {
	const program = await collectorProgram();
	const folder = await mkdtemp(join(tmpdir(), "mcp-trail-collector-"));
	const [port = 0, health = 0] = await freePorts(2);
	const config = join(folder, "collector.yaml");
	const file = join(folder, "logs.jsonl");
	const tracesFile = join(folder, "traces.jsonl");
	const metricsFile = join(folder, "metrics.jsonl");
	const files = { logs: file, traces: tracesFile, metrics: metricsFile };
	const server = serverProcess(program, ["--config", config], join(folder, "collector.log"));

	async function start(asked: CollectorOptions = options): Promise<void> {
		await writeFile(config, JSON.stringify(configuration(port, health, files, asked)));
		await server.launch();
		for (const until = Date.now() + READY_MS; ; await sleep(50)) {
			if (!server.alive()) throw new Error(`the Collector ended at start:\n${await server.log()}`);
			const answer = await fetch(`http://127.0.0.1:${health}/`).catch(() => undefined);
			if (answer?.status === 200) return;
			if (Date.now() > until)
				throw new Error(
					`the Collector did not answer within ${READY_MS} ms:\n${await server.log()}`,
				);
		}
	}

	const close = async (): Promise<void> => {
		await server.stop();
		await rm(folder, { recursive: true, force: true });
	};
	try {
		await start();
	} catch (error) {
		await close();
		throw error;
	}
	return {
		...server,
		url: `http://127.0.0.1:${port}`,
		version: COLLECTOR_VERSION,
		file,
		tracesFile,
		metricsFile,
		start,
		close,
	};
}

/** Only with rotation does the exporter write without a buffer of its own. */
const exporter = (path: string) => ({ path, rotation: { max_megabytes: 10_000 } });

/** A configuration; JSON is YAML too. */
function configuration(
	port: number,
	health: number,
	files: Readonly<Record<"logs" | "traces" | "metrics", string>>,
	{ writes = "before", full = false }: CollectorOptions,
): object {
	const pipeline = (signal: string) => ({
		receivers: ["otlp"],
		processors: ["memory_limiter", ...(writes === "before" ? [] : ["batch"])],
		exporters: [`file/${signal}`],
	});
	return {
		extensions: { health_check: { endpoint: `127.0.0.1:${health}` } },
		receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
		processors: {
			memory_limiter: { check_interval: "10ms", limit_mib: full ? 1 : 4_000, spike_limit_mib: 0 },
			batch: { send_batch_size: 100_000, timeout: "1h" },
		},
		exporters: {
			"file/logs": exporter(files.logs),
			"file/traces": exporter(files.traces),
			"file/metrics": exporter(files.metrics),
		},
		service: {
			telemetry: { metrics: { level: "none" }, logs: { level: "warn" } },
			extensions: ["health_check"],
			pipelines: {
				logs: pipeline("logs"),
				traces: pipeline("traces"),
				metrics: pipeline("metrics"),
			},
		},
	};
}

/** A log record as the Collector wrote it, with the attributes of its resource. */
export interface WrittenRecord {
	readonly record: Readonly<Record<string, unknown>> & {
		readonly body?: { readonly stringValue: string };
		readonly attributes: readonly { readonly key: string; readonly value: unknown }[];
	};
	readonly resource: unknown;
}

/** Every record in the Collector's file, in order. What a kill cut short is left out: it was never answered for. */
export async function writtenRecords(file: string): Promise<readonly WrittenRecord[]> {
	const text = await readFile(file, "utf8").catch(() => "");
	// Inside of a text every quote is escaped, so that this begins a request and nothing else.
	return text.split(/(?=\{"resourceLogs":)/u).flatMap((request) => {
		const { resourceLogs = [] }: Request = parsed(request);
		return resourceLogs.flatMap(({ resource, scopeLogs }) =>
			scopeLogs.flatMap(({ logRecords }) =>
				logRecords.map((record) => ({ record, resource: resource.attributes })),
			),
		);
	});
}

interface Request {
	readonly resourceLogs?: readonly {
		readonly resource: { readonly attributes: unknown };
		readonly scopeLogs: readonly { readonly logRecords: readonly WrittenRecord["record"][] }[];
	}[];
}

function parsed(request: string): Request {
	try {
		return JSON.parse(request);
	} catch {
		return {};
	}
}
