import { setTimeout as sleep } from "node:timers/promises";
import { Kafka, logLevel, Partitioners } from "kafkajs";

/** What an application that uses kafkajs as its documentation shows would believe. */
export interface BareRun {
	/** Ids whose `send` resolved. */
	readonly acknowledged: ReadonlySet<string>;
	readonly rejectedSends: number;
}

const BATCH = 100;
const KEYS = 24;

/**
 * Sends batches through one idempotent kafkajs producer, acks = all, and sends a batch again when it
 * was rejected: what is done with kafkajs everywhere, for comparison.
 */
export async function bareKafkajs(
	brokers: readonly string[],
	topic: string,
	signal: AbortSignal,
): Promise<BareRun> {
	const retry = { retries: 5, initialRetryTime: 50, maxRetryTime: 1_000 };
	const producer = new Kafka({
		brokers: [...brokers],
		logLevel: logLevel.NOTHING,
		requestTimeout: 5_000,
		connectionTimeout: 2_000,
		retry,
	}).producer({
		idempotent: true,
		maxInFlightRequests: 1,
		retry,
		createPartitioner: Partitioners.DefaultPartitioner,
	});
	await producer.connect();
	const acknowledged = new Set<string>();
	let rejectedSends = 0;
	for (let n = 0; !signal.aborted; n += BATCH) {
		const ids = Array.from({ length: BATCH }, (_, at) => String(n + at));
		const messages = ids.map((id, at) => ({
			key: `operation-${(n + at) % KEYS}`,
			value: `{"id":"${id}","note":"${"x".repeat(400)}"}`,
			headers: { ce_id: id },
		}));
		for (let sent = false; !sent && !signal.aborted;) {
			try {
				await producer.send({ topic, messages, acks: -1 });
				for (const id of ids) acknowledged.add(id);
				sent = true;
			} catch {
				rejectedSends++;
				await sleep(100);
			}
		}
		await sleep(20);
	}
	await producer.disconnect().catch(() => undefined);
	return { acknowledged, rejectedSends };
}
