import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { serverProcess, type ServerProcess } from "../server-process.ts";
import { portIsFree } from "./ports.ts";
import { type NodeAddress, serverProperties } from "./properties.ts";

const run = promisify(execFile);
const CLUSTER_ID = "q57T2CEiTIu07bnbZJRA0A";

/** One broker: a JVM that is started, stopped, killed and frozen from here. */
export interface KafkaNode extends ServerProcess {
	readonly id: number;
	readonly address: string;
}

interface NodeOptions {
	readonly jars: string;
	readonly folder: string;
	readonly cluster: readonly NodeAddress[];
	readonly heapMb: number;
	readonly properties: Readonly<Record<string, string>>;
	/** Passwords of the users of SCRAM-SHA-512, by name. */
	readonly users: Readonly<Record<string, string>>;
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
	const java = [...jvm, ...logging, ...classPath];
	const server = serverProcess("java", [...java, "kafka.Kafka", configFile], logFile);

	async function format(): Promise<void> {
		await mkdir(options.folder, { recursive: true });
		await writeFile(
			configFile,
			serverProperties(node, options.cluster, dataFolder, options.properties),
		);
		if (existsSync(join(dataFolder, "meta.properties"))) return;
		const tool = ["kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", configFile];
		const users = Object.entries(options.users).flatMap(([name, password]) => [
			"--add-scram",
			`SCRAM-SHA-512=[name=${name},password=${password}]`,
		]);
		await run("java", [...java, ...tool, ...users]);
	}

	return {
		...server,
		id: node.id,
		address: `127.0.0.1:${node.port}`,
		launch: async () => {
			if (server.alive()) throw new Error(`broker ${node.id} runs already`);
			for (const port of [node.port, node.controllerPort]) {
				if (!(await portIsFree(port))) {
					throw new Error(
						`port ${port} of 127.0.0.1 is taken: stop what listens there, or give other ports`,
					);
				}
			}
			await format();
			await server.launch();
		},
	};
}
