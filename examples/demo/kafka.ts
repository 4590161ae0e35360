/** The Kafka act: the same events, delivered to a broker and verified as a consumer reads them back. */
import { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import type { Sink } from "@mcp-trail/audit";
import type { StoredEvent } from "@mcp-trail/event";
import { verify } from "@mcp-trail/integrity";
import { heading } from "./show.ts";

const TOPIC = "mcp.audit.events.v1";

async function admin(brokers: string): Promise<import("kafkajs").Kafka> {
	const { Kafka, logLevel } = await import("kafkajs");
	return new Kafka({ clientId: "demo", brokers: brokers.split(","), logLevel: logLevel.NOTHING });
}

/** The Kafka sink where `KAFKA_BROKERS` is set, with its topic made; else nothing. */
export async function kafkaSinks(brokers: string | undefined): Promise<Sink[]> {
	if (brokers === undefined) return [];
	const { kafkaSink } = await import("@mcp-trail/sinks/kafka");
	const topics = (await admin(brokers)).admin();
	await topics.connect();
	await topics.createTopics({
		waitForLeaders: false,
		topics: [{ topic: TOPIC, numPartitions: 6 }],
	});
	// A broker that has not yet heard of a new topic says that there is none.
	for (let asked = 0; asked < 50; asked++) {
		const seen = await topics.fetchTopicMetadata({ topics: [TOPIC] }).catch(() => undefined);
		if (seen?.topics[0]?.partitions.every(({ leader }) => leader >= 0) === true) break;
		await setTimeout(100);
	}
	await topics.disconnect();
	// One copy will do for a demonstration.
	return [kafkaSink({ brokers: brokers.split(","), minInSyncReplicas: 1 })];
}

/** Reads back what a consumer sees and verifies it; true when every event of this process is there and the chain holds. */
export async function kafkaAct(brokers: string, events: readonly StoredEvent[]): Promise<boolean> {
	heading(`Kafka: the same events, as a consumer reads them (${brokers})`);
	const streams = new Set(
		events
			.filter((event) => event.producer.service === "desk")
			.map((event) => event.integrity.stream_id),
	);
	const expected = new Set(
		events.filter((event) => streams.has(event.integrity.stream_id)).map((event) => event.id),
	);
	const consumer = (await admin(brokers)).consumer({
		groupId: `demo-${process.pid}-${Date.now()}`,
	});
	await consumer.connect();
	await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
	const lines: Buffer[] = [];
	const missing = new Set(expected);
	await new Promise<void>((resolve, reject) => {
		const deadline = globalThis.setTimeout(resolve, 15_000);
		consumer
			.run({
				eachMessage: ({ message }) => {
					if (message.key && message.value && streams.has(message.key.toString())) {
						lines.push(message.value);
						missing.delete(String(message.headers?.["ce_id"]));
						if (missing.size === 0) {
							clearTimeout(deadline);
							resolve();
						}
					}
					return Promise.resolve();
				},
			})
			.catch(reject);
	});
	await consumer.disconnect();
	const report = await verify(
		Readable.from(lines.map((line) => Buffer.concat([line, Buffer.from("\n")]))),
	);
	const whole = missing.size === 0 && report.faults.length === 0;
	console.log(
		`   ${lines.length} records read, ${missing.size} of ${expected.size} missing; chain from the topic: ${report.faults.length === 0 ? "no fault" : `${report.faults.length} faults`}`,
	);
	return whole;
}
