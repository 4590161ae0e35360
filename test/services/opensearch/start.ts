import { randomInt, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePorts, portIsFree } from "../kafka/ports.ts";
import { serverProcess, type ServerProcess } from "../server-process.ts";
import { searchClient, type SearchClient } from "./client.ts";
import { openSearchDistribution } from "./distribution.ts";

export interface OpenSearchOptions {
	/** Where data and logs are kept. @default a new temporary folder, removed by `close` */
	readonly folder?: string;
	/** Port for clients, 9200 to 9299. @default a free one */
	readonly port?: number;
	/** Settings of `opensearch.yml`, such as `indexing_pressure.memory.limit`. */
	readonly settings?: Readonly<Record<string, string>>;
	/** @default 1_024 */
	readonly heapMb?: number;
	/** False lets the JVM compile fully, which costs CPU at first and pays in a long run. @default true */
	readonly short?: boolean;
}

/** A running OpenSearch of one node, without plugins. */
export interface RunningOpenSearch extends SearchClient, Omit<ServerProcess, "launch"> {
	/** As the node itself says it. */
	readonly version: string;
	readonly folder: string;
	/** Starts the stopped or killed node on its old data and waits until it answers; settings given win over the first. */
	start(settings?: Readonly<Record<string, string>>): Promise<void>;
	close(): Promise<void>;
}

const READY_MS = 120_000;
/** The runner takes no other ports for clients. */
const PORTS = { first: 9_200, last: 9_299 };

/** Starts a real OpenSearch and waits until it answers. */
export async function startOpenSearch(options: OpenSearchOptions = {}): Promise<RunningOpenSearch> {
	const { java, libs } = await openSearchDistribution();
	const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "mcp-trail-opensearch-")));
	const [transport = 0] = await freePorts(1);
	const port = options.port ?? (await freeClientPort());
	const cluster = `mcp-trail-${randomUUID()}`;
	const client = searchClient(`http://127.0.0.1:${port}`);
	const heapMb = options.heapMb ?? 1_024;
	const jvm = [`-Xms${heapMb / 2}m`, `-Xmx${heapMb}m`, "--enable-native-access=ALL-UNNAMED"];
	if (options.short !== false) jvm.push("-XX:TieredStopAtLevel=1");
	const runner = {
		"-basePath": folder,
		"-numOfNode": "1",
		"-clusterName": cluster,
		// The runner adds the node's number.
		"-baseHttpPort": String(port - 1),
	};
	// No shell stands between, so the JVM itself expands the star.
	jvm.push("-cp", join(libs, "*"), "org.codelibs.opensearch.runner.OpenSearchRunner");
	const args = [...jvm, ...Object.entries(runner).flat(), "-useLogger"];
	const server = serverProcess(java, args, join(folder, "opensearch.log"));

	async function start(settings: Readonly<Record<string, string>> = {}): Promise<string> {
		if (server.alive()) throw new Error("the node runs already");
		if (!(await portIsFree(port)))
			throw new Error(
				`port ${port} of 127.0.0.1 is taken: stop what listens there, or give another`,
			);
		const config = join(folder, "node_1", "config");
		await mkdir(config, { recursive: true });
		await writeFile(
			join(config, "opensearch.yml"),
			Object.entries({
				"network.host": "127.0.0.1",
				"transport.port": String(transport),
				// The disk of a test machine may be nearly full; where that matters the suite sets it.
				"cluster.routing.allocation.disk.threshold_enabled": "false",
				...options.settings,
				...settings,
			})
				.map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
				.join(""),
		);
		await server.launch();
		for (const until = Date.now() + READY_MS; ; await sleep(100)) {
			if (!server.alive()) throw new Error(`OpenSearch ended at start:\n${await server.log()}`);
			const answer = await client
				.ask("GET", "/_cluster/health?wait_for_status=yellow&timeout=1s")
				.catch(() => undefined);
			if (answer?.status === 200 && answer.json.cluster_name === cluster) break;
			if (Date.now() > until)
				throw new Error(`OpenSearch did not answer within ${READY_MS} ms:\n${await server.log()}`);
		}
		const { version } = await client.call("GET", "/");
		return version.number;
	}

	async function close(): Promise<void> {
		await server.stop();
		if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
	}

	try {
		if (port < PORTS.first || port > PORTS.last)
			throw new RangeError(`the port of a node is ${PORTS.first} to ${PORTS.last}`);
		await mkdir(folder, { recursive: true });
		const version = await start();
		return {
			...client,
			...server,
			version,
			folder,
			start: async (settings) => void (await start(settings)),
			close,
		};
	} catch (error) {
		await close();
		throw error;
	}
}

async function freeClientPort(): Promise<number> {
	for (let attempt = 0; attempt < 1_000; attempt++) {
		const port = randomInt(PORTS.first + 1, PORTS.last + 1);
		if (await portIsFree(port)) return port;
	}
	throw new Error(`no free port between ${PORTS.first} and ${PORTS.last} on 127.0.0.1`);
}
