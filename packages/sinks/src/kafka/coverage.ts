import { incompleteResponse, brokerCodeError } from "./fault.ts";
import type { KafkaReceipt } from "./producer.ts";

/** The last offset that each partition has reported to one producer. */
export type KnownOffsets = Map<number, bigint>;

/**
 * Throws unless the answer covers every partition of the request. kafkajs resolves without the
 * partitions whose leader moved to a broker that had answered already: they were never sent.
 * An offset that does not grow is refused as well: the broker took the records for older ones.
 */
export function checkCoverage(
	receipts: readonly KafkaReceipt[] | undefined,
	topic: string,
	chosen: ReadonlySet<number> | undefined,
	known: KnownOffsets,
): void {
	const answered = new Set<number>();
	for (const receipt of receipts ?? []) {
		if ((receipt.topicName ?? topic) !== topic) continue;
		const { partition = 0, errorCode = 0, baseOffset } = receipt;
		if (errorCode !== 0) throw brokerCodeError(errorCode);
		answered.add(partition);
		const before = known.get(partition);
		const offset = baseOffset === undefined ? -1n : BigInt(baseOffset);
		if (offset < 0n) continue;
		if (before !== undefined && offset <= before) {
			throw incompleteResponse(
				`partition ${partition} of ${topic} answered with offset ${offset} after ${before}`,
			);
		}
		known.set(partition, offset);
	}
	const missing = [...(chosen ?? [])].filter((partition) => !answered.has(partition));
	if (missing.length > 0 || answered.size === 0) {
		throw incompleteResponse(
			`the answer lacks ${missing.length > 0 ? `partitions ${missing.join(", ")}` : "every partition"} of ${topic}`,
		);
	}
}
