import fc from "fast-check";
import { Partitioners } from "kafkajs";
import { expect, it } from "vitest";
import { partitionOf } from "./murmur2.ts";

const keys = ["k", "s1", "s2", "session-123", "01975c7e-8f3a-7bd2-9c1e-3b5a1f0e7d11", "", "日本"];

it.each([
	[6, [2, 3, 3, 3, 0, 3, 3]],
	[12, [8, 9, 9, 9, 6, 9, 3]],
	[24, [8, 21, 9, 9, 18, 9, 3]],
])(
	"[kafka.partitioner] puts keys where Java's client puts them, of %i partitions",
	(count, expected) => {
		expect(keys.map((key) => partitionOf(Buffer.from(key), count))).toEqual(expected);
	},
);

it("agrees with kafkajs' Java-compatible partitioner on any key", () => {
	const theirs = Partitioners.DefaultPartitioner();
	fc.assert(
		fc.property(
			fc.uint8Array({ minLength: 1, maxLength: 70 }),
			fc.integer({ min: 1, max: 300 }),
			(key, count) => {
				const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({
					partitionErrorCode: 0,
					partitionId,
					leader: 1,
					replicas: [1],
					isr: [1],
				}));
				const message = { key: Buffer.from(key), value: null };
				expect(partitionOf(key, count)).toBe(theirs({ topic: "t", partitionMetadata, message }));
			},
		),
	);
});
