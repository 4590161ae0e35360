import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { portIsFree } from "./ports.ts";
import { type NodeAddress, serverProperties } from "./properties.ts";

const run = promisify(execFile);
const CLUSTER_ID = "q57T2CEiTIu07bnbZJRA0A";
const TERMINATE_MS = 8_000;

/** One broker: a JVM that is started, stopped, killed and frozen from here. */
export interface KafkaNode {
	readonly id: number;
	readonly address: string;
	/** Starts the JVM; whether it answers is another question. */
	launch(): Promise<void>;
	/** SIGTERM, and SIGKILL when that takes longer than eight seconds. */
	stop(): Promise<void>;
	/** SIGKILL. */
	kill(): Promise<void>;
	/** SIGSTOP: connections stay open and nothing answers. */
	pause(): void;
	/** SIGCONT. */
	resume(): void;
	alive(): boolean;
	/** What the broker has said on stdout and stderr so far. */
	log(): Promise<string>;
}

interface NodeOptions {
	readonly jars: string;
	readonly folder: string;
	readonly cluster: readonly NodeAddress[];
	readonly heapMb: number;
	readonly properties: Readonly<Record<string, string>>;
}

/** Prepares one node; nothing runs until `launch`. */
export function kafkaNode(node: NodeAddress, options: NodeOptions): KafkaNode {
	const dataFolder = join(options.folder, `node-${node.id}`);
	const configFile = join(options.folder, `node-${node.id}.properties`);
	const logFile = join(options.folder, `node-${node.id}.log`);
	// No shell stands between, so the JVM itself expands the star.
	const classPath = ["-cp", join(options.jars, "*")];
	const jvm = [`-Xms${options.heapMb / 2}m`, `-Xmx${options.heapMb}m`, "-XX:TieredStopAtLevel=1"];
	const logging = [
		"-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
		"-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.utils.AppInfoParser=info",
	];
	let child: ChildProcess | undefined;

	const alive = (): boolean => child !== undefined;

	async function format(): Promise<void> {
		await mkdir(options.folder, { recursive: true });
		await writeFile(
			configFile,
			serverProperties(node, options.cluster, dataFolder, options.properties),
		);
		if (existsSync(join(dataFolder, "meta.properties"))) return;
		const tool = ["kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", configFile];
		await run("java", [...jvm, ...logging, ...classPath, ...tool]);
	}

	async function launch(): Promise<void> {
		if (alive()) throw new Error(`broker ${node.id} runs already`);
		for (const port of [node.port, node.controllerPort]) {
			if (!(await portIsFree(port))) {
				throw new Error(
					`port ${port} of 127.0.0.1 is taken: stop what listens there, or give other ports`,
				);
			}
		}
		await format();
		const output = await open(logFile, "a");
		const started = spawn("java", [...jvm, ...logging, ...classPath, "kafka.Kafka", configFile], {
			stdio: ["ignore", output.fd, output.fd],
		});
		child = started;
		const atExit = (): void => void started.kill("SIGKILL");
		process.once("exit", atExit);
		started.once("exit", () => {
			process.off("exit", atExit);
			if (child === started) child = undefined;
		});
		await output.close();
	}

	async function signal(name: NodeJS.Signals, graceMs: number): Promise<void> {
		const running = child;
		if (!running) return;
		const gone = once(running, "exit");
		running.kill("SIGCONT");
		running.kill(name);
		const ended = new AbortController();
		const late = sleep(graceMs, "late", { signal: ended.signal }).catch(() => undefined);
		if ((await Promise.race([gone, late])) === "late") running.kill("SIGKILL");
		await gone;
		ended.abort();
	}

	return {
		id: node.id,
		address: `127.0.0.1:${node.port}`,
		launch,
		stop: async () => signal("SIGTERM", TERMINATE_MS),
		kill: async () => signal("SIGKILL", TERMINATE_MS),
		pause: () => void child?.kill("SIGSTOP"),
		resume: () => void child?.kill("SIGCONT"),
		alive,
		log: async () => readFile(logFile, "utf8").catch(() => ""),
	};
}
