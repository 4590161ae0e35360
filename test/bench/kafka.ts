import { EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileTrail, openAudit, type Sink } from "@mcp-trail/audit";
import { kafkaSink, type KafkaMessage } from "@mcp-trail/sinks/kafka";
import { Kafka, logLevel, Partitioners, type Producer } from "kafkajs";
import { missingTools } from "../services/kafka/distribution.ts";
import { startKafka } from "../services/kafka/start.ts";
import { createTopic } from "../services/kafka/topics.ts";
import { heading, report } from "./report.ts";
import { itemsPerSecond, paired, rounds, type Measured, type Side } from "./rounds.ts";
import { sampleEvent } from "./sample-event.ts";

interface Request {
	readonly topic: string;
	readonly messages: KafkaMessage[];
}

async function measured(items: number, work: () => Promise<void>): Promise<Measured> {
	const started = process.hrtime.bigint();
	const before = process.cpuUsage();
	await work();
	const { user, system } = process.cpuUsage(before);
	const wallUs = Number((process.hrtime.bigint() - started) / 1000n);
	return { items, cpuUs: user + system, wallUs };
}

/** A sink that waits until it is let go, so that only delivery is measured and not recording. */
function gated(sink: Sink): { readonly sink: Sink; open(): void } {
	const gate = new EventEmitter();
	const opened = once(gate, "open");
	const write: Sink["write"] = async (batch, signal) => {
		await opened;
		return sink.write(batch, signal);
	};
	// One connection for all rounds, as the bare side has; a linger would only add its wait for the last batch.
	const limits = { ...sink.limits, lingerMs: 0 };
	const kept = { ...sink, limits, write, close: async () => {} };
	return { sink: kept, open: () => void gate.emit("open") };
}

/** Records so many events, then measures how long the lane takes to deliver them. */
async function deliver(sink: Sink, items: number): Promise<Measured> {
	const dir = mkdtempSync(join(tmpdir(), "mcp-trail-lane-"));
	const waiting = gated(sink);
	const audit = openAudit({
		service: "bench",
		trail: fileTrail({ dir, durability: "os" }),
		sinks: [waiting.sink],
		delivery: { writeTimeoutMs: 120_000 },
	});
	await audit.ready;
	for (let recorded = 0; recorded < items; recorded += 500) {
		for (let one = 0; one < 500; one += 1) audit.record(sampleEvent());
		// oxlint-disable-next-line no-await-in-loop -- the trail writes before more is recorded
		while (audit.health().queued > 0) await new Promise((resolve) => setTimeout(resolve, 1));
	}
	const result = await measured(items, async () => {
		waiting.open();
		await audit.flush(AbortSignal.timeout(120_000));
	});
	const { lost } = await audit.close();
	if (lost > 0) throw new Error(`${lost} events were lost while preparing the lane`);
	rmSync(dir, { recursive: true, force: true });
	return result;
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
				// oxlint-disable-next-line no-await-in-loop -- one request at a time, as the sink sends
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
