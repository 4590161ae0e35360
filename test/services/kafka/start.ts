import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Kafka, logLevel } from "kafkajs";
import { kafkaJars } from "./distribution.ts";
import { type KafkaNode, kafkaNode } from "./node.ts";
import { freePorts } from "./ports.ts";

export interface KafkaOptions {
	/** @default 1 */
	readonly brokers?: 1 | 3;
	/** Where data and logs are kept. @default a new temporary folder, removed by `close` */
	readonly folder?: string;
	/** Ports for clients, one per broker. @default free ones */
	readonly ports?: readonly number[];
	/** Settings of `server.properties` that win over the suite's own. */
	readonly properties?: Readonly<Record<string, string>>;
	/** Further ports of the one broker, by the protocol spoken there, such as `SASL_SSL`. */
	readonly secured?: Readonly<Record<string, number>>;
	/** Users of SCRAM-SHA-512 that are there from the start: passwords by name. */
	readonly users?: Readonly<Record<string, string>>;
}

/** A running Apache Kafka. Nodes are numbered from 1. */
export interface RunningKafka {
	readonly brokers: readonly string[];
	readonly bootstrap: string;
	/** As the broker itself reports it in its log. */
	readonly version: string;
	readonly folder: string;
	kill(node: number): Promise<void>;
	stop(node: number): Promise<void>;
	/** Starts a stopped or killed node on its old data and waits until it answers. */
	start(node: number): Promise<void>;
	pause(node: number): void;
	resume(node: number): void;
	alive(node: number): boolean;
	log(node: number): Promise<string>;
	close(): Promise<void>;
}

const READY_MS = 60_000;

/** Starts a real Apache Kafka in KRaft mode, one broker or three, and waits until it answers. */
export async function startKafka(options: KafkaOptions = {}): Promise<RunningKafka> {
	const count = options.brokers ?? 1;
	const jars = await kafkaJars();
	const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "mcp-trail-kafka-")));
	const free = await freePorts(2 * count);
	const cluster = Array.from({ length: count }, (_, index) => ({
		id: index + 1,
		port: options.ports?.[index] ?? free[index] ?? 0,
		controllerPort: free[count + index] ?? 0,
		secured: options.secured ?? {},
	}));
	const nodes = cluster.map((node) =>
		kafkaNode(node, {
			jars,
			folder,
			cluster,
			heapMb: count === 1 ? 512 : 384,
			properties: options.properties ?? {},
			users: options.users ?? {},
		}),
	);
	const find = (id: number): KafkaNode => {
		const node = nodes[id - 1];
		if (!node) throw new RangeError(`there is no node ${id}`);
		return node;
	};

	async function close(): Promise<void> {
		// All at once: the last of three, stopped one by one, would wait for a quorum that is gone.
		await Promise.all(nodes.map(async (node) => (count === 1 ? node.stop() : node.kill())));
		if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
	}

	try {
		await Promise.all(nodes.map(async (node) => node.launch()));
		await Promise.all(nodes.map(async (node) => answers(node, count)));
		const version = /Kafka version: (\S+)/u.exec(await find(1).log())?.[1];
		if (version === undefined) throw new Error("the broker did not say its version in its log");
		return {
			brokers: nodes.map(({ address }) => address),
			bootstrap: nodes.map(({ address }) => address).join(","),
			version,
			folder,
			kill: async (id) => find(id).kill(),
			stop: async (id) => find(id).stop(),
			start: async (id) => {
				await find(id).launch();
				await answers(find(id), 1);
			},
			pause: (id) => {
				find(id).pause();
			},
			resume: (id) => {
				find(id).resume();
			},
			alive: (id) => find(id).alive(),
			log: async (id) => find(id).log(),
			close,
		};
	} catch (error) {
		await close();
		throw error;
	}
}

/** Waits until the node itself answers and knows of so many brokers, itself among them. */
async function answers(node: KafkaNode, brokers: number): Promise<void> {
	const client = new Kafka({
		brokers: [node.address],
		logLevel: logLevel.NOTHING,
		connectionTimeout: 1_000,
		requestTimeout: 2_000,
		retry: { retries: 0 },
	});
	const deadline = Date.now() + READY_MS;
	while (Date.now() < deadline) {
		// Its own process must live: with the port taken another broker could answer in its place.
		if (!node.alive()) throw new Error(`broker ${node.id} ended at start:\n${await node.log()}`);
		const admin = client.admin();
		try {
			await admin.connect();
			const seen = await admin.describeCluster();
			const own = seen.brokers.some(({ nodeId }) => nodeId === node.id);
			if (own && seen.brokers.length >= brokers) return;
		} catch {
			// Not up yet.
		} finally {
			await admin.disconnect().catch(() => undefined);
		}
		await sleep(50);
	}
	throw new Error(`broker ${node.id} did not answer within ${READY_MS} ms:\n${await node.log()}`);
}
