import { partitionOf } from "./murmur2.ts";

/** Makes a partitioner of the shape that kafkajs takes. */
export type CreatePartitioner = () => (args: {
	topic: string;
	partitionMetadata: readonly unknown[];
	message: { key?: Buffer | string | null };
}) => number;

/** Java's partitioner, which remembers where the records of a request went. */
export interface Partitioning {
	readonly createPartitioner: CreatePartitioner;
	/** Partitions chosen since `begin`; undefined: the client does not use this partitioner. */
	chosen(): ReadonlySet<number> | undefined;
	/** Forgets what was chosen for the request before. */
	begin(): void;
}

/** Pins the partitioner to Java's murmur2 and records its choices, for the check of the answer. */
export function recordedPartitioning(): Partitioning {
	let used = false;
	let chosen = new Set<number>();
	return {
		createPartitioner: () => {
			used = true;
			return ({ partitionMetadata, message }) => {
				const partition = partitionOf(Buffer.from(message.key ?? ""), partitionMetadata.length);
				chosen.add(partition);
				return partition;
			};
		},
		chosen: () => (used ? chosen : undefined),
		begin: () => {
			chosen = new Set();
		},
	};
}
