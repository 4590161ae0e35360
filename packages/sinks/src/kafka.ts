import type { ConnectionOptions } from "node:tls";
import type { Sink } from "@mcp-trail/audit";
import { cut, encode, type KafkaKey } from "./kafka/encode.ts";
import { kafkajsClient, type KafkaSasl } from "./kafka/kafkajs.ts";
import type { ProducerFactory } from "./kafka/producer.ts";
import { session } from "./kafka/session.ts";
import { classify, sinkError } from "./kafka/sink-error.ts";
import { type InspectTopic, judgeTopic } from "./kafka/topic.ts";
import { turns } from "./turns.ts";
import { within } from "./within.ts";

export type { KafkaKey } from "./kafka/encode.ts";
export type { KafkaSasl } from "./kafka/kafkajs.ts";
export type { CreatePartitioner } from "./kafka/partitioning.ts";
export type {
	KafkaMessage,
	KafkaProducer,
	KafkaReceipt,
	ProducerFactory,
} from "./kafka/producer.ts";
export type { InspectTopic, TopicFacts } from "./kafka/topic.ts";

/** How {@link kafkaSink} reaches its topic. */
export interface KafkaSinkOptions {
	/** Addresses `host:port` to start from. Needed unless `producer` is given. */
	readonly brokers?: readonly string[];
	/** Must exist: it is never created from here. @default "mcp.audit.events.v1" */
	readonly topic?: string;
	/** Makes producers of another client. @default kafkajs, an optional peer */
	readonly producer?: ProducerFactory;
	/** Looks the topic up for `probe`. @default kafkajs' admin client; with `producer` none */
	readonly inspectTopic?: InspectTopic;
	/** TLS: true, or certificates as `node:tls` takes them. @default false */
	readonly ssl?: boolean | ConnectionOptions;
	/** Credentials, or what gives them anew for each connection, so that they can be rotated. @default none */
	readonly sasl?: KafkaSasl | (() => KafkaSasl | Promise<KafkaSasl>);
	/** @default "mcp-trail" */
	readonly clientId?: string;
	/** `stream` keeps a chain in one partition and in order; `operation` spreads load. @default "stream" */
	readonly key?: KafkaKey;
	/** `^[a-z][a-z0-9_-]{0,31}$` @default "kafka" */
	readonly name?: string;
	/** Copies that an acknowledged event must have; 1 is for development. @default 2 */
	readonly minInSyncReplicas?: number;
	/** Longest wait for a connection, in milliseconds. @default 10_000 */
	readonly connectTimeoutMs?: number;
	/** Longest wait for the answer to one request, in milliseconds. @default 15_000 */
	readonly sendTimeoutMs?: number;
	/** Largest request, in bytes of key, value and headers before compression. @default 900_000 */
	readonly maxRequestBytes?: number;
	/** Merged into every `send` of the client, such as kafkajs' `{ compression }`. */
	readonly sendOptions?: Readonly<Record<string, unknown>>;
	/** Told what no error says: advice on the topic, the client's own warnings. */
	readonly onWarn?: (message: string) => void;
}

const TOPIC = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/u;
const NAME = /^[a-z][a-z0-9_-]{0,31}$/u;
const MAX_EVENTS = 500;

/**
 * Delivers events to a Kafka topic: at least once, in order per key, each value the stored line
 * itself, so that the chain verifies from the topic. Consumers drop repeats by the header `ce_id`.
 *
 * Throws `TypeError` on an invalid option.
 *
 * @example
 * ```ts
 * const audit = openAudit({
 * 	service: "tickets",
 * 	trail: fileTrail({ dir: "/var/lib/tickets/audit" }),
 * 	sinks: [kafkaSink({ brokers: ["kafka-1:9092", "kafka-2:9092"] })],
 * });
 * ```
 */
export function kafkaSink(options: KafkaSinkOptions): Sink {
	const {
		brokers = [],
		topic = "mcp.audit.events.v1",
		key = "stream",
		name = "kafka",
		minInSyncReplicas = 2,
		connectTimeoutMs = 10_000,
		sendTimeoutMs = 15_000,
		maxRequestBytes = 900_000,
	} = options;
	check(options.producer !== undefined || brokers.length > 0, "brokers", "needs one host:port");
	for (const broker of brokers) check(/^.+:\d{1,5}$/u.test(broker), "brokers", "takes host:port");
	check(TOPIC.test(topic), "topic", "takes 1 to 249 of a-z A-Z 0-9 . _ -");
	check(key === "stream" || key === "operation", "key", 'takes "stream" or "operation"');
	check(NAME.test(name), "name", `must match ${NAME.source}`);
	const counts = { minInSyncReplicas, connectTimeoutMs, sendTimeoutMs, maxRequestBytes };
	for (const [path, value] of Object.entries(counts)) {
		check(Number.isInteger(value) && value > 0, path, "takes a whole number above 0");
	}

	const destination = { topic, brokers: brokers.join(",") || "the given producer" };
	const warn = guarded(options.onWarn);
	const client = options.producer
		? { factory: options.producer, inspectTopic: options.inspectTopic }
		: kafkajsClient({
				brokers,
				clientId: options.clientId ?? "mcp-trail",
				ssl: options.ssl,
				sasl: options.sasl,
				warn,
			});
	const inspectTopic = options.inspectTopic ?? client.inspectTopic;
	const acks = options.producer ? {} : { acks: -1, timeout: sendTimeoutMs };
	const kafka = session({
		factory: client.factory,
		topic,
		sendOptions: { ...acks, ...options.sendOptions },
		connectTimeoutMs,
		sendTimeoutMs,
	});
	const inTurn = turns();
	let checked = false;
	let closed = false;

	/** Once: a topic that cannot keep what it acknowledges is not written to. */
	async function checkTopic(signal: AbortSignal): Promise<void> {
		if (!inspectTopic || checked) return;
		const looking = Promise.resolve().then(async () => inspectTopic(topic, signal));
		const facts = await within(looking, connectTimeoutMs, signal, (why) =>
			sinkError(`probe_${why}`, "retry", `Kafka at ${destination.brokers} did not answer.`),
		);
		const report = judgeTopic(facts, { ...destination, minInSyncReplicas, maxRequestBytes });
		if (report.error) throw report.error;
		for (const warning of report.warnings) warn?.(warning);
		checked = true;
	}

	/** One piece of work at a time on the one producer; whatever it throws says what to do. */
	async function attempt(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
		return inTurn(async () => {
			try {
				if (closed) throw sinkError("closed", "retry", `Kafka sink ${name} is closed.`);
				if (signal.aborted)
					throw sinkError("aborted", "retry", "Kafka: called off before it began.");
				await checkTopic(signal);
				await work();
			} catch (error) {
				throw classify(error, destination);
			}
		});
	}

	return {
		name,
		delivery: "at_least_once",
		ordered: true,
		// Lines of so many bytes fill a request with their keys and headers.
		limits: { events: MAX_EVENTS, bytes: Math.ceil(maxRequestBytes * 0.75), inFlight: 1 },
		write: async (batch, signal) =>
			attempt(signal, async () => {
				const messages = batch.map((event) => encode(event, key));
				for (const request of cut(messages, maxRequestBytes)) await kafka.send(request, signal);
			}),
		probe: async (signal) => {
			checked = false;
			await attempt(signal, async () => kafka.renew(signal));
		},
		close: async (signal) => {
			closed = true;
			await kafka.close(signal).catch((error: unknown) => {
				throw classify(error, destination);
			});
		},
	};
}

function check(good: boolean, path: string, says: string): void {
	if (!good) throw new TypeError(`kafkaSink: \`${path}\` ${says}.`);
}

/** A listener that throws must not turn a warning into a failure. */
function guarded(
	listener: ((message: string) => void) | undefined,
): ((message: string) => void) | undefined {
	return (
		listener &&
		((message) => {
			try {
				listener(message);
			} catch {
				// Nothing is left to tell.
			}
		})
	);
}
