import { describe, expect, it } from "vitest";
import { checkCoverage } from "./coverage.ts";
import { classify } from "./sink-error.ts";

const receipt = (partition: number, baseOffset = "0", errorCode = 0) => ({
	topicName: "t",
	partition,
	baseOffset,
	errorCode,
});

describe("[kafka.coverage] an answer", () => {
	it("is taken when it covers every partition that was chosen", () => {
		const known = new Map<number, bigint>();
		checkCoverage([receipt(0), receipt(3)], "t", new Set([0, 3]), known);
		checkCoverage([receipt(0, "7"), receipt(3, "1")], "t", new Set([0, 3]), known);
		expect([...known]).toEqual([
			[0, 7n],
			[3, 1n],
		]);
	});

	it.each([
		["lacks a partition", [receipt(0)], new Set([0, 3])],
		["is empty", [], new Set([0])],
		["is nothing at all", undefined, new Set([0])],
		["is empty, from a client with a partitioner of its own", [], undefined],
		["names another topic", [{ ...receipt(0), topicName: "u" }], new Set([0])],
	])("is refused when it %s", (_, receipts, chosen) => {
		expect(() => {
			checkCoverage(receipts, "t", chosen, new Map());
		}).toThrow(expect.objectContaining({ code: "INCOMPLETE_RESPONSE" }));
	});

	it("is refused when a partition states an error, by that error's code", () => {
		let thrown: unknown;
		try {
			checkCoverage([receipt(0), receipt(1, "-1", 19)], "t", new Set([0, 1]), new Map());
		} catch (error) {
			thrown = error;
		}
		expect(classify(thrown, { topic: "t", brokers: "b:1" })).toMatchObject({
			code: "not_enough_replicas",
			verdict: "retry",
		});
	});

	it.each(["4", "5"])("is refused when an offset does not grow: %s after 5", (offset) => {
		const known = new Map([[0, 5n]]);
		expect(() => {
			checkCoverage([receipt(0, offset)], "t", new Set([0]), known);
		}).toThrow(`answered with offset ${offset} after 5`);
	});

	it("needs no offsets", () => {
		const known = new Map([[1, 5n]]);
		checkCoverage([{}, { partition: 1, baseOffset: "-1" }], "t", new Set([0, 1]), known);
		expect([...known]).toEqual([[1, 5n]]);
	});
});
