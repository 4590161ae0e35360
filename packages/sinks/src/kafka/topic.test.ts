import { describe, expect, it } from "vitest";
import { judgeTopic } from "./topic.ts";

const needs = {
	topic: "t",
	brokers: "b:9092",
	minInSyncReplicas: 2,
	maxRequestBytes: 900_000,
};
const config = {
	"min.insync.replicas": "2",
	"cleanup.policy": "delete",
	"max.message.bytes": "1048588",
	"unclean.leader.election.enable": "false",
};
const good = { partitions: 12, replicas: 3, config };

describe("[kafka.topic_check] a topic", () => {
	it("is good with three replicas, two of them in sync", () => {
		expect(judgeTopic(good, needs)).toEqual({ warnings: [] });
	});

	it("must exist, and the error says how to create it", () => {
		const { error } = judgeTopic(undefined, needs);
		expect(error).toMatchObject({ code: "topic_missing", verdict: "hold" });
		expect(error?.message).toBe(
			"Topic t does not exist. Create it: kafka-topics.sh --bootstrap-server b:9092 --create --topic t --partitions 12 --replication-factor 3 --config min.insync.replicas=2",
		);
		expect(judgeTopic(undefined, { ...needs, minInSyncReplicas: 1 }).error?.message).toContain(
			"--replication-factor 1 --config min.insync.replicas=1",
		);
	});

	it.each([
		["one replica", { replicas: 1 }, "replication factor 1", "`minInSyncReplicas: 1`"],
		[
			"one in sync",
			{ config: { ...config, "min.insync.replicas": "1" } },
			"min.insync.replicas 1",
			"--add-config min.insync.replicas=2",
		],
		[
			"more in sync than replicas",
			{ replicas: 2, config: { ...config, "min.insync.replicas": "3" } },
			"3 replicas in sync and has 2",
			"min.insync.replicas=1",
		],
	])("is refused with %s", (_, difference, says, remedy) => {
		const { error } = judgeTopic({ ...good, ...difference }, needs);
		expect(error).toMatchObject({ code: "topic_replication", verdict: "hold" });
		expect(error?.message).toContain(says);
		expect(error?.message).toContain(remedy);
	});

	it("is refused when it is compacted, which removes all but the last event of a stream", () => {
		const compacted = { ...good, config: { ...config, "cleanup.policy": "compact,delete" } };
		expect(judgeTopic(compacted, needs).error).toMatchObject({
			code: "topic_compacted",
			verdict: "hold",
		});
	});

	it("with one broker is good where one copy was said to do", () => {
		const single = { ...good, replicas: 1, config: { ...config, "min.insync.replicas": "1" } };
		expect(judgeTopic(single, { ...needs, minInSyncReplicas: 1 })).toEqual({ warnings: [] });
	});

	it.each([
		[{ config: undefined }, "grant DescribeConfigs"],
		[{ replicas: 2 }, "delivery stops while one broker is down"],
		[
			{ config: { ...config, "unclean.leader.election.enable": "true" } },
			"unclean leader election",
		],
		[{ config: { ...config, "max.message.bytes": "100000" } }, "max.message.bytes 100000"],
	])("is worth a word with %o", (difference, says) => {
		const { error, warnings } = judgeTopic({ ...good, ...difference }, needs);
		expect(error).toBeUndefined();
		expect(warnings).toEqual([expect.stringContaining(says)]);
	});
});
