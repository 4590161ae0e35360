import { createServer } from "node:net";
import { Kafka, logLevel, Partitioners } from "kafkajs";
import { describe, expect, it } from "vitest";
import { KAFKA_VERSION } from "./distribution.ts";
import { freePorts } from "./ports.ts";
import { readTopic } from "./read.ts";
import { storedBatches } from "./segments.ts";
import { startKafka } from "./start.ts";
import { kafkaRuns, useKafka } from "./suite.ts";
import { createTopic } from "./topics.ts";

describe.runIf(kafkaRuns)("the broker itself", () => {
	const kafka = useKafka();
	const client = () =>
		new Kafka({
			brokers: [...kafka().brokers],
			logLevel: logLevel.NOTHING,
			requestTimeout: 500,
			enforceRequestTimeout: true,
			retry: { retries: 0 },
		});

	it("[kafka.real_broker] is the release that the suites name", () => {
		expect(kafka().version).toBe(KAFKA_VERSION);
	});

	it("keeps records over kill -9 and tells idempotent batches from others", async () => {
		await createTopic(kafka().brokers, "kept", { partitions: 1 });
		for (const idempotent of [true, false]) {
			const producer = client().producer({
				idempotent,
				retry: { retries: 5 },
				createPartitioner: Partitioners.DefaultPartitioner,
			});
			await producer.connect();
			const messages = [{ key: "k", value: String(idempotent), headers: { h: "日本" } }];
			await producer.send({ topic: "kept", messages });
			await producer.disconnect();
		}
		await kafka().kill(1);
		await expect(client().admin().connect()).rejects.toThrow("ECONNREFUSED");
		await kafka().start(1);
		const records = await readTopic(kafka().bootstrap, "kept");
		expect(records.map(({ value }) => value?.toString())).toEqual(["true", "false"]);
		expect(records[0]?.headers).toEqual({ h: "日本" });
		const batches = await storedBatches(kafka().folder, 1, "kept");
		expect(batches.map(({ producerId }) => producerId >= 0n)).toEqual([true, false]);
	});

	it("answers nothing while frozen and goes on afterwards", async () => {
		const admin = client().admin();
		await admin.connect();
		kafka().pause(1);
		try {
			await expect(admin.describeCluster()).rejects.toThrow("timed out");
		} finally {
			kafka().resume(1);
		}
		await expect(admin.describeCluster()).resolves.toBeDefined();
		await admin.disconnect();
	});

	it("names a port that is taken", async () => {
		const [port = 0] = await freePorts(1);
		const squatter = createServer().listen(port, "127.0.0.1");
		try {
			await expect(startKafka({ ports: [port] })).rejects.toThrow(
				`port ${port} of 127.0.0.1 is taken`,
			);
		} finally {
			squatter.close();
		}
	});
});
