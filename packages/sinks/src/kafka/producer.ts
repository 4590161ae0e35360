import type { CreatePartitioner } from "./partitioning.ts";

/** One record as a Kafka client takes it. */
export interface KafkaMessage {
	readonly key: string;
	readonly value: Buffer;
	readonly headers: Record<string, string>;
}

/** What a client says of one partition of a batch that it has sent. */
export interface KafkaReceipt {
	readonly topicName?: string;
	readonly partition?: number;
	readonly baseOffset?: string;
	readonly errorCode?: number;
}

/** The three methods that a Kafka client must have; a kafkajs producer fits as it is. */
export interface KafkaProducer {
	connect(): Promise<void>;
	disconnect(): Promise<void>;
	/** Resolves with a receipt for each partition once every replica in sync has its records. */
	send(record: {
		topic: string;
		messages: KafkaMessage[];
	}): Promise<readonly KafkaReceipt[] | undefined>;
}

/**
 * Makes a producer; called again after every failure, because a producer that has rejected once may
 * report success for records it never stored. It must be idempotent, with acks = all.
 *
 * A client that lets others choose partitions must be given `createPartitioner`, else its answers
 * can be checked only one key at a time, and that is how records are then sent: one request a key.
 */
export type ProducerFactory = (partitioning: {
	readonly createPartitioner: CreatePartitioner;
}) => KafkaProducer | Promise<KafkaProducer>;
