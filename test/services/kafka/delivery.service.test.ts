import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { checkSink } from "@mcp-trail/audit/testing";
import type { AuditEvent } from "@mcp-trail/event";
import { type SealedEvent, sealer, verify } from "@mcp-trail/integrity";
import { kafkaSink, type KafkaSinkOptions } from "@mcp-trail/sinks/kafka";
import { afterEach, describe, expect, it } from "vitest";
import { type Pipeline, pipeline } from "./pipeline.ts";
import { readTopic, type StoredRecord } from "./read.ts";
import { storedBatches } from "./segments.ts";
import { kafkaRuns, useKafka } from "./suite.ts";
import { createTopic } from "./topics.ts";
import { compareWithTrail, trailLines } from "./trail-on-disk.ts";

const template: AuditEvent = JSON.parse(
	readFileSync(
		new URL("../../../schemas/event/1.0/valid/mcp.request.json", import.meta.url),
		"utf8",
	),
);
const streamId = "7d3b6a52-0c1e-4f57-9a43-2b8f5f1c9e10";
const uuid = (n: number): string => `01a1f874-3e4b-7c3e-9f10-${n.toString(16).padStart(12, "0")}`;
const chain = sealer(streamId);
let made = 0;
const sealed = (more: Partial<AuditEvent> = {}): SealedEvent =>
	chain.seal({ ...template, ...more, id: uuid(made++) });
const { signal } = new AbortController();

/** What a consumer that writes each value and a line feed would have on disk. */
async function* lines(records: readonly StoredRecord[]): AsyncGenerator<Uint8Array> {
	for (const { value } of records) yield Buffer.concat([value ?? Buffer.alloc(0), LINE_FEED]);
}
const LINE_FEED = Buffer.from("\n");

describe.runIf(kafkaRuns)("the Kafka sink and a real broker", () => {
	const kafka = useKafka();
	let open: Pipeline | undefined;
	afterEach(async () => {
		await open?.audit.close(AbortSignal.timeout(5_000));
		await open?.remove();
		open = undefined;
	});
	const sink = (topic: string, options: KafkaSinkOptions = {}) =>
		kafkaSink({ brokers: kafka().brokers, topic, minInSyncReplicas: 1, ...options });

	const probe = async (topic: string, options?: KafkaSinkOptions) =>
		sink(topic, options).probe?.(signal);

	describe("[kafka.contract] the contract of every sink", () => {
		let topics = 0;
		checkSink({
			test: it,
			// A broker judges records by size, not by id: see [kafka.poison].
			cannot: ["poison"],
			patienceMs: 30_000,
			make: async () => {
				const topic = `contract-${topics++}`;
				await createTopic(kafka().brokers, topic);
				return {
					sink: sink(topic),
					received: async () =>
						(await readTopic(kafka().bootstrap, topic)).map(
							({ headers }) => headers["ce_id"] ?? "",
						),
					fault: async (kind) => {
						if (kind === "down") await kafka().stop(1);
						if (kind === "silent") kafka().pause(1);
						if (kind !== "none") return;
						kafka().resume(1);
						if (!kafka().alive(1)) await kafka().start(1);
					},
				};
			},
		});
	});

	it("[kafka.round_trip] brings 20,000 events there unchanged, in order, chained, by an idempotent producer", async () => {
		await createTopic(kafka().brokers, "round-trip");
		open = await pipeline([sink("round-trip")]);
		for (let n = 0; n < 20_000; n++) {
			open.audit.record({
				type: "ext.com.example.paid",
				severity: "low",
				labels: { n: `${n} 日本` },
			});
			if (n % 1_000 === 0) await open.audit.flush(signal);
		}
		await open.finish(60_000);
		const records = await readTopic(kafka().bootstrap, "round-trip");
		expect(compareWithTrail(records, await trailLines(join(open.dir, "trail")))).toEqual({
			events: 20_002,
			lost: 0,
			foreign: 0,
			duplicates: 0,
			outOfOrder: 0,
			unchained: 0,
		});
		const verified = await verify(lines(records));
		expect(verified).toMatchObject({ records: 20_002, faultCount: 0, noteCount: 0 });
		expect(new Set(records.map(({ partition }) => partition)).size).toBe(1);
		const batches = await storedBatches(kafka().folder, 1, "round-trip");
		expect(batches.reduce((sum, batch) => sum + batch.records, 0)).toBe(20_002);
		expect(batches.filter(({ producerId }) => producerId < 0n)).toEqual([]);
	});

	it("[kafka.partitioner] lays keys where Java's client does", async () => {
		await createTopic(kafka().brokers, "partitions");
		const keys = ["k", "s1", "s2", "session-123", "01975c7e-8f3a-7bd2-9c1e-3b5a1f0e7d11", "日本"];
		const batch = keys.map((id) => sealed({ operation: { id, source: "local" } }));
		await sink("partitions", { key: "operation" }).write(batch, signal);
		const records = await readTopic(kafka().bootstrap, "partitions");
		const found = Object.fromEntries(records.map(({ key, partition }) => [String(key), partition]));
		expect(found).toEqual(Object.fromEntries(keys.map((key, at) => [key, [2, 3, 3, 3, 0, 3][at]])));
	});

	it("[kafka.headers] arrives with CloudEvents headers and trace context, as Java's consumer reads them", async () => {
		await createTopic(kafka().brokers, "headers");
		const event = sealed();
		await sink("headers").write([event], signal);
		const [record] = await readTopic(kafka().bootstrap, "headers");
		expect(record?.value?.equals(Buffer.from(event.bytes))).toBe(true);
		expect(record?.key?.toString()).toBe(streamId);
		expect(record?.headers).toEqual({
			ce_specversion: "1.0",
			ce_id: event.event.id,
			ce_source: `urn:uuid:${streamId}`,
			ce_type: "mcp.request",
			ce_time: template.time,
			ce_sequence: String(event.sequence).padStart(16, "0"),
			ce_correlationid: template.operation?.id,
			"content-type": "application/json",
			"audit-chain-hash": event.hash,
			traceparent: `00-${template.trace?.id}-${template.trace?.span_id}-01`,
		});
	});

	describe("[kafka.topic_check] at start", () => {
		it("holds where the topic is missing, and creates none", async () => {
			const missing = { code: "topic_missing", verdict: "hold" };
			await expect(probe("no-such-topic")).rejects.toMatchObject(missing);
			await expect(sink("no-such-topic").write([sealed()], signal)).rejects.toMatchObject(missing);
			await expect(probe("no-such-topic")).rejects.toThrow("kafka-topics.sh --bootstrap-server");
		});

		it.each([
			["one copy where two are wanted", {}, { minInSyncReplicas: 2 }, "replication factor 1"],
			[
				"more in sync than copies",
				{ "min.insync.replicas": "2" },
				{},
				"asks for 2 replicas in sync and has 1",
			],
			["compaction", { "cleanup.policy": "compact" }, {}, "is compacted"],
		])("holds at %s", async (title, config, options, says) => {
			const topic = title.replaceAll(" ", "-");
			await createTopic(kafka().brokers, topic, { config: { ...config } });
			await expect(probe(topic, options)).rejects.toMatchObject({
				verdict: "hold",
				message: expect.stringContaining(says),
			});
		});

		it("is content with one copy where that was said to do, and passes advice on", async () => {
			const topic = "small-messages";
			await createTopic(kafka().brokers, topic, { config: { "max.message.bytes": "50000" } });
			const warnings: string[] = [];
			await probe(topic, { onWarn: (message) => warnings.push(message) });
			expect(warnings).toContainEqual(expect.stringContaining("max.message.bytes 50000"));
		});
	});

	it("[kafka.poison] dead-letters what the broker refuses for good, and nothing else", async () => {
		await createTopic(kafka().brokers, "poison", { config: { "max.message.bytes": "5000" } });
		open = await pipeline([sink("poison", { key: "operation" })]);
		const poison = new Set([17, 18, 240]);
		for (let n = 0; n < 400; n++) {
			open.audit.record({
				type: "ext.com.example.paid",
				severity: "low",
				operation: { id: `operation-${n % 7}`, source: "local" },
				labels: poison.has(n) ? Object.fromEntries(large) : { n: String(n) },
			});
		}
		await open.audit.flush(AbortSignal.timeout(60_000));
		await open.finish(60_000);
		const trail = await trailLines(join(open.dir, "trail"));
		const records = await readTopic(kafka().bootstrap, "poison");
		const delivery = compareWithTrail(records, trail, "operation");
		expect(delivery).toMatchObject({ lost: poison.size, foreign: 0, outOfOrder: 0, unchained: 0 });
		const file = join(open.dir, "refused", "kafka.dead-letters.ndjson");
		const letters = (await readFile(file, "utf8"))
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line));
		expect(letters.map(({ code }) => code)).toEqual(Array(poison.size).fill("message_too_large"));
		const said = records.filter(({ headers }) => headers["ce_type"] === "trail.sink_refused");
		expect(said.length).toBeGreaterThan(0);
	});

	it("[transparent.no_stdout] puts nothing on standard output, of its own or of kafkajs", async () => {
		await createTopic(kafka().brokers, "stdout");
		const script = fileURLToPath(new URL("deliver-quietly.ts", import.meta.url));
		const { stdout } = await promisify(execFile)(
			process.execPath,
			["--import", "tsx", "--conditions=@mcp-trail/source", script, kafka().bootstrap, "stdout"],
			{ timeout: 60_000 },
		);
		expect(stdout).toBe("");
		expect((await readTopic(kafka().bootstrap, "stdout")).length).toBe(102);
	});
});

const large = Array.from({ length: 16 }, (_, at) => [`label_${at}`, "x".repeat(256)] as const);
