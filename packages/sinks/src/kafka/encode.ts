import { cloudEventHeaders } from "@mcp-trail/formats";
import type { SealedEvent } from "@mcp-trail/integrity";
import { asBuffer } from "../line-head.ts";
import { readFacts } from "./facts.ts";
import type { KafkaMessage } from "./producer.ts";

/** What records are keyed by; records of one key keep their order. */
export type KafkaKey = "stream" | "operation";

/**
 * Turns a sealed event into a Kafka record: the value is the stored line as it is, so that the chain
 * verifies from the topic; the headers are CloudEvents 1.0.2 in binary mode and W3C trace context.
 */
export function encode(event: SealedEvent, key: KafkaKey): KafkaMessage {
	const { stream, hash, bytes } = event;
	const value = asBuffer(bytes);
	const facts = readFacts(event, value);
	const { operationId, traceparent } = facts;
	const recordKey = key === "operation" && operationId !== undefined ? operationId : stream;
	const headers = cloudEventHeaders(facts, event);
	headers["content-type"] = "application/json";
	headers["audit-chain-hash"] = hash;
	if (traceparent !== undefined) headers["traceparent"] = traceparent;
	return { key: recordKey, value, headers };
}

/** Varints of a record and its headers, at most. */
const RECORD_OVERHEAD_BYTES = 32;
const HEADER_OVERHEAD_BYTES = 6;

/** What a record takes in a batch, at most, before compression. */
export function recordBytes({ key, value, headers }: KafkaMessage): number {
	let bytes = RECORD_OVERHEAD_BYTES + Buffer.byteLength(key) + value.length;
	for (const name in headers) {
		const text = headers[name] ?? "";
		// An operation's id is the only header that can hold more than ASCII.
		const size = name === "ce_correlationid" ? Buffer.byteLength(text) : text.length;
		bytes += HEADER_OVERHEAD_BYTES + name.length + size;
	}
	return bytes;
}

/** Cuts records, in order, into requests of at most so many bytes each; a larger one stands alone. */
export function cut(messages: readonly KafkaMessage[], maxBytes: number): KafkaMessage[][] {
	const requests: KafkaMessage[][] = [];
	let bytes = Number.POSITIVE_INFINITY;
	for (const message of messages) {
		const size = recordBytes(message);
		if (bytes + size > maxBytes) {
			requests.push([]);
			bytes = 0;
		}
		bytes += size;
		requests.at(-1)?.push(message);
	}
	return requests;
}
