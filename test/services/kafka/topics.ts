import { setTimeout as sleep } from "node:timers/promises";
import { type Admin, Kafka, logLevel, type PartitionMetadata } from "kafkajs";

async function withAdmin<T>(
	brokers: readonly string[],
	work: (admin: Admin) => Promise<T>,
): Promise<T> {
	const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
	await admin.connect();
	try {
		return await work(admin);
	} finally {
		await admin.disconnect();
	}
}

export interface TopicOptions {
	/** @default 6 */
	readonly partitions?: number;
	/** @default 1 */
	readonly replicas?: number;
	readonly config?: Readonly<Record<string, string>>;
}

/** Creates a topic, unless it is there, and waits until each partition has a leader. */
export async function createTopic(
	brokers: readonly string[],
	topic: string,
	options: TopicOptions = {},
): Promise<void> {
	await withAdmin(brokers, async (admin) => {
		await admin.createTopics({
			// kafkajs's own wait gives up where a broker has not yet heard of the topic.
			waitForLeaders: false,
			topics: [
				{
					topic,
					numPartitions: options.partitions ?? 6,
					replicationFactor: options.replicas ?? 1,
					configEntries: Object.entries(options.config ?? {}).map(([name, value]) => ({
						name,
						value,
					})),
				},
			],
		});
		await eachPartition(admin, topic, ({ leader }) => leader >= 0, "a leader");
	});
}

/** The node that leads a partition now. */
export async function leaderOf(
	brokers: readonly string[],
	topic: string,
	partition: number,
): Promise<number> {
	return withAdmin(brokers, async (admin) => {
		const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
		const found = topics[0]?.partitions.find(({ partitionId }) => partitionId === partition);
		if (!found || found.leader < 0) throw new Error(`${topic}/${partition} has no leader`);
		return found.leader;
	});
}

/** Waits until every partition of a topic has so many replicas in sync. */
export async function inSync(
	brokers: readonly string[],
	topic: string,
	replicas: number,
	withinMs = 60_000,
): Promise<void> {
	await withAdmin(brokers, async (admin) =>
		eachPartition(
			admin,
			topic,
			({ isr }) => isr.length >= replicas,
			`${replicas} replicas in sync`,
			withinMs,
		),
	);
}

/** Waits until every partition of a topic is as wanted; what a broker cannot answer yet is asked again. */
async function eachPartition(
	admin: Admin,
	topic: string,
	wanted: (partition: PartitionMetadata) => boolean,
	what: string,
	withinMs = 60_000,
): Promise<void> {
	const deadline = Date.now() + withinMs;
	while (Date.now() < deadline) {
		const seen = await admin.fetchTopicMetadata({ topics: [topic] }).catch(() => undefined);
		const partitions = seen?.topics[0]?.partitions ?? [];
		if (partitions.length > 0 && partitions.every(wanted)) return;
		await sleep(100);
	}
	throw new Error(`${topic} did not get ${what} within ${withinMs} ms`);
}
