import { kafkaSink, type KafkaMessage } from "@mcp-trail/sinks/kafka";
import { Kafka, logLevel, Partitioners, type Producer } from "kafkajs";
import { missingTools } from "../services/kafka/distribution.ts";
import { startKafka } from "../services/kafka/start.ts";
import { createTopic } from "../services/kafka/topics.ts";
import { deliver, measured } from "./lane.ts";
import { heading, report } from "./report.ts";
import { itemsPerSecond, paired, rounds, type Side } from "./rounds.ts";

interface Request {
	readonly topic: string;
	readonly messages: KafkaMessage[];
}

/** The requests that our sink makes of the events, for the bare producer to send. */
async function requestsOf(topic: string, items: number): Promise<Request[]> {
	const requests: Request[] = [];
	const sink = kafkaSink({
		topic,
		producer: () => ({
			connect: async () => {},
			disconnect: async () => {},
			send: async (record) => {
				requests.push({ topic: record.topic, messages: [...record.messages] });
				return [
					{ topicName: topic, partition: 0, baseOffset: String(requests.length), errorCode: 0 },
				];
			},
		}),
	});
	await deliver(sink, items);
	return requests;
}

/** Kafka lane against the bare kafkajs producer that sends the same records, idempotent, acks from all, one request at a time. */
export async function benchKafka(options: {
	readonly rounds: number;
	readonly scale: number;
}): Promise<void> {
	heading("Kafka lane against the bare kafkajs producer (same records, real broker)");
	const missing = await missingTools();
	if (missing !== undefined) {
		console.log(`NOT RUN: ${missing}`);
		return;
	}
	const broker = await startKafka({ brokers: 1 });
	const items = Math.max(2000, Math.round(10_000 * options.scale));
	const topic = "bench";
	await createTopic(broker.brokers, topic);
	const requests = await requestsOf(topic, items);
	const kafka = new Kafka({ brokers: [...broker.brokers], logLevel: logLevel.NOTHING });
	const producer: Producer = kafka.producer({
		idempotent: true,
		maxInFlightRequests: 1,
		createPartitioner: Partitioners.DefaultPartitioner,
	});
	await producer.connect();
	const bare: Side = {
		name: "bare",
		run: () =>
			measured(items, async () => {
				for (const request of requests) await producer.send({ acks: -1, ...request });
			}),
		close: () => producer.disconnect(),
	};
	const sink = kafkaSink({ brokers: broker.brokers, topic, minInSyncReplicas: 1 });
	const lane: Side = {
		name: "lane",
		run: () => deliver(sink, items),
		close: async () => sink.close?.(AbortSignal.timeout(10_000)),
	};
	try {
		const results = await rounds([bare, lane], { rounds: options.rounds, items });
		const [one, other] = [results.get("bare") ?? [], results.get("lane") ?? []];
		report(
			"bare kafkajs",
			paired(one, one, (_, b) => itemsPerSecond(b)),
			"events/s",
		);
		report(
			"lane: events/s ÷ bare",
			paired(one, other, (a, b) => itemsPerSecond(b) / itemsPerSecond(a)),
			"×",
			{ kind: "at_least", value: 0.85 },
		);
	} finally {
		await bare.close();
		await lane.close();
		await broker.close();
	}
}
