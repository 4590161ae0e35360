import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { kafkaSink } from "@mcp-trail/sinks/kafka";
import { afterEach, describe, expect, it } from "vitest";
import { bareKafkajs } from "./bare-kafkajs.ts";
import { type Pipeline, pipeline } from "./pipeline.ts";
import { readTopic } from "./read.ts";
import { kafkaRuns, useKafka } from "./suite.ts";
import { createTopic, inSync, leaderOf } from "./topics.ts";
import { compareWithTrail, type Delivery, trailLines } from "./trail-on-disk.ts";

/** How long a broker stays away: a minute in the gate, shorter while developing. */
const OUTAGE_MS = process.env["LONG"] === "1" || process.env["CI"] ? 60_000 : 10_000;
const KILLS = 8;
const PER_SECOND = 1_000;
const DELIVERY_MS = 120_000;

const nothingLost = { lost: 0, foreign: 0, outOfOrder: 0, unchained: 0 };
let open: Pipeline | undefined;
afterEach(async () => {
	await open?.audit.close(AbortSignal.timeout(5_000));
	await open?.remove();
	open = undefined;
});

/** Records under load while a fault is done, then delivers everything. */
async function underLoad(subject: Pipeline, fault: () => Promise<void>): Promise<void> {
	const stop = new AbortController();
	const loading = subject.load(PER_SECOND, stop.signal);
	try {
		await sleep(1_000);
		await fault();
		await sleep(1_000);
	} finally {
		stop.abort();
		await loading;
	}
	await subject.finish(DELIVERY_MS);
}

function report(title: string, { rejections }: Pipeline, delivery: Delivery): void {
	const rejected = [...rejections].map(([code, times]) => `${code} × ${times}`).join(", ");
	console.log(
		`\n**** ${title}: ${delivery.events} events, ${delivery.lost} lost, ${delivery.outOfOrder} out of order, ` +
			`${delivery.duplicates} repeated; writes rejected: ${rejected || "none"}`,
	);
}

describe.runIf(kafkaRuns)("one real broker", () => {
	const kafka = useKafka();

	async function proves(topic: string, fault: () => Promise<void>): Promise<Delivery> {
		await createTopic(kafka().brokers, topic);
		open = await pipeline([kafkaSink({ brokers: kafka().brokers, topic, minInSyncReplicas: 1 })]);
		await underLoad(open, fault);
		const lines = await trailLines(join(open.dir, "trail"));
		const delivery = compareWithTrail(await readTopic(kafka().bootstrap, topic), lines);
		report(topic, open, delivery);
		expect(open.audit.health()).toMatchObject({ lost: 0 });
		return delivery;
	}

	it(`[durable.broker_stopped] stopped for ${OUTAGE_MS / 1_000} s: everything arrives, in order`, async () => {
		const delivery = await proves("stopped", async () => {
			await kafka().stop(1);
			await sleep(OUTAGE_MS);
			await kafka().start(1);
		});
		expect(delivery).toMatchObject(nothingLost);
		expect(delivery.events).toBeGreaterThan((OUTAGE_MS / 1_000) * PER_SECOND * 0.9);
		expect(open?.rejections.size).toBeGreaterThan(0);
	});

	it(`[durable.broker_frozen] frozen for ${OUTAGE_MS / 1_000} s: everything arrives, in order`, async () => {
		const delivery = await proves("frozen", async () => {
			kafka().pause(1);
			await sleep(OUTAGE_MS);
			kafka().resume(1);
		});
		expect(delivery).toMatchObject(nothingLost);
		expect(delivery.events).toBeGreaterThan((OUTAGE_MS / 1_000) * PER_SECOND * 0.9);
	});

	it(`[durable.broker_killed] [wire.field_kafka_spool] killed ${KILLS} times under load: everything arrives, in order`, async () => {
		const delivery = await proves("killed", async () => {
			for (let kill = 0; kill < KILLS; kill++) {
				await kafka().kill(1);
				await kafka().start(1);
				await sleep(500 + 250 * (kill % 4));
			}
		});
		expect(delivery).toMatchObject(nothingLost);
		expect(open?.rejections.size).toBeGreaterThan(0);
	});
});

describe.runIf(kafkaRuns)("three real brokers", () => {
	const kafka = useKafka({ brokers: 3 });

	it(`[durable.leader_lost] lose their leader ${KILLS} times: everything arrives, in order`, async () => {
		const { brokers, bootstrap } = kafka();
		for (const topic of ["by-stream", "by-operation", "bare"]) {
			await createTopic(brokers, topic, { replicas: 3, config: { "min.insync.replicas": "2" } });
		}
		open = await pipeline([
			kafkaSink({ brokers, topic: "by-stream" }),
			kafkaSink({ brokers, topic: "by-operation", key: "operation", name: "spread" }),
		]);
		const stopBare = new AbortController();
		const bare = bareKafkajs(brokers, "bare", stopBare.signal);
		await underLoad(open, async () => {
			for (let kill = 0; kill < KILLS; kill++) {
				const topic = kill % 2 === 0 ? "by-stream" : "by-operation";
				const leader = await leaderOf(brokers, topic, kill % 6);
				await kafka().kill(leader);
				await sleep(4_000);
				await kafka().start(leader);
				for (const each of ["by-stream", "by-operation", "bare"]) await inSync(brokers, each, 3);
				await sleep(1_000);
			}
			stopBare.abort();
		});
		const lines = await trailLines(join(open.dir, "trail"));
		const byStream = compareWithTrail(await readTopic(bootstrap, "by-stream"), lines);
		const spread = compareWithTrail(await readTopic(bootstrap, "by-operation"), lines, "operation");
		report("leader lost, keyed by stream", open, byStream);
		report("leader lost, keyed by operation", open, spread);
		const { acknowledged, rejectedSends } = await bare;
		const there = new Set(
			(await readTopic(bootstrap, "bare")).map(({ headers }) => headers["ce_id"]),
		);
		const lost = [...acknowledged].filter((id) => !there.has(id)).length;
		console.log(
			`**** bare kafkajs in the same fail-over: ${acknowledged.size} acknowledged, ${lost} LOST; sends rejected: ${rejectedSends}`,
		);
		expect(byStream).toMatchObject(nothingLost);
		expect(spread).toMatchObject(nothingLost);
		expect(open.audit.health()).toMatchObject({ lost: 0 });
	}, 400_000);
});
