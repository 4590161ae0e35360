import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** One record batch as it lies in a broker's log file (Kafka's record format, magic 2). */
export interface StoredBatch {
	readonly records: number;
	/** −1: its producer was not idempotent. */
	readonly producerId: bigint;
}

const LENGTH_AT = 8;
const HEADER_BYTES = 12;
const PRODUCER_ID_AT = 43;
const COUNT_AT = 57;

/** Reads the batches of a topic from the data folder of one node. */
export async function storedBatches(
	folder: string,
	node: number,
	topic: string,
): Promise<StoredBatch[]> {
	const data = join(folder, `node-${node}`);
	const found: StoredBatch[] = [];
	for (const partition of await readdir(data)) {
		if (!new RegExp(`^${topic.replaceAll(".", "\\.")}-\\d+$`, "u").test(partition)) continue;
		for (const file of await readdir(join(data, partition))) {
			if (!file.endsWith(".log")) continue;
			const log = await readFile(join(data, partition, file));
			for (let at = 0; at + HEADER_BYTES < log.length;) {
				const length = log.readInt32BE(at + LENGTH_AT);
				if (length === 0) break;
				found.push({
					records: log.readInt32BE(at + COUNT_AT),
					producerId: log.readBigInt64BE(at + PRODUCER_ID_AT),
				});
				at += HEADER_BYTES + length;
			}
		}
	}
	return found;
}
