import { checkCoverage, type KnownOffsets } from "./coverage.ts";
import { type Partitioning, recordedPartitioning } from "./partitioning.ts";
import type { KafkaMessage, KafkaProducer, ProducerFactory } from "./producer.ts";
import { sinkError } from "./sink-error.ts";
import { within } from "../within.ts";

/** How long a producer that is given up may take to hang up before it is left behind. */
const RETIRE_MS = 500;

export interface SessionOptions {
	readonly factory: ProducerFactory;
	readonly topic: string;
	/** Merged into every `send`. */
	readonly sendOptions: Readonly<Record<string, unknown>>;
	readonly connectTimeoutMs: number;
	readonly sendTimeoutMs: number;
}

/** One producer at a time, replaced after whatever it has rejected. */
export interface Session {
	/** Connects a new producer, which proves address and credentials as they are now. */
	renew(signal: AbortSignal): Promise<void>;
	/** Resolves when the answers cover every record; one call at a time. */
	send(messages: readonly KafkaMessage[], signal: AbortSignal): Promise<void>;
	close(signal: AbortSignal | undefined): Promise<void>;
}

interface Connection {
	readonly producer: KafkaProducer;
	readonly partitioning: Partitioning;
	readonly known: KnownOffsets;
}

/** Owns the producer: makes it, checks what it says, and throws it away after any failure. */
export function session(options: SessionOptions): Session {
	const { factory, topic, connectTimeoutMs, sendTimeoutMs } = options;
	let live: Connection | undefined;
	let closed = false;

	async function connected(signal: AbortSignal): Promise<Connection> {
		if (live) return live;
		const partitioning = recordedPartitioning();
		const made = Promise.resolve().then(async () => factory(partitioning));
		const connecting = made.then(async (producer) => {
			await producer.connect();
			return producer;
		});
		try {
			const producer = await within(connecting, connectTimeoutMs, signal, (why) =>
				late(why, "connect", connectTimeoutMs),
			);
			if (closed) throw sinkError("closed", "retry", "Kafka: closed while it connected.");
			live = { producer, partitioning, known: new Map() };
			return live;
		} catch (error) {
			// A failed connect poisons kafkajs: its next send would succeed without idempotence.
			made.then(
				async (producer) => retire(producer, connecting),
				() => undefined,
			);
			throw error;
		}
	}

	async function sendOnce(messages: KafkaMessage[], signal: AbortSignal): Promise<void> {
		const { producer, partitioning, known } = await connected(signal);
		partitioning.begin();
		const sending = Promise.resolve().then(async () =>
			producer.send({ ...options.sendOptions, topic, messages }),
		);
		try {
			const receipts = await within(sending, sendTimeoutMs, signal, (why) =>
				late(why, "send", sendTimeoutMs),
			);
			checkCoverage(receipts, topic, partitioning.chosen(), known);
		} catch (error) {
			// Its sequence numbers no longer match the log: the next batch could be taken for a repeat.
			live = undefined;
			await retire(producer, sending);
			throw error;
		}
	}

	return {
		renew: async (signal) => {
			const before = live;
			live = undefined;
			if (before) await retire(before.producer, Promise.resolve());
			await connected(signal);
		},
		send: async (messages, signal) => {
			const { partitioning } = await connected(signal);
			const requests = partitioning.chosen() ? [messages] : byKey(messages);
			for (const request of requests) await sendOnce([...request], signal);
		},
		close: async (signal) => {
			closed = true;
			const closing = live;
			live = undefined;
			if (!closing) return;
			const gone = closing.producer.disconnect();
			await within(gone, sendTimeoutMs, signal, (why) => late(why, "close", sendTimeoutMs));
		},
	};
}

/** Without our partitioner an answer proves one key's partition only. */
function byKey(messages: readonly KafkaMessage[]): KafkaMessage[][] {
	const groups = new Map<string, KafkaMessage[]>();
	for (const message of messages) {
		const group = groups.get(message.key);
		if (group) group.push(message);
		else groups.set(message.key, [message]);
	}
	return [...groups.values()];
}

/** Hangs up, and once more when what was under way ends: a retry inside kafkajs connects again. */
async function retire(producer: KafkaProducer, underWay: Promise<unknown>): Promise<void> {
	const hangUp = async (): Promise<void> => {
		const gone = Promise.resolve().then(async () => producer.disconnect());
		await within(gone, RETIRE_MS, undefined, () => new Error("left behind")).catch(() => undefined);
	};
	underWay.then(hangUp, hangUp).catch(() => undefined);
	await hangUp();
}

function late(why: "timeout" | "aborted", what: string, timeoutMs: number): Error {
	if (why === "aborted") return sinkError("aborted", "retry", `Kafka: ${what} was called off.`);
	return sinkError(
		`${what}_timeout`,
		"retry",
		`Kafka: ${what} did not end within ${timeoutMs} ms. Check that the brokers answer.`,
	);
}
