import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { otlpLog } from "@mcp-trail/formats";
import { readLink, verify } from "@mcp-trail/integrity";
import { otlpLogsSink } from "@mcp-trail/sinks/otlp-logs";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { type Pipeline, pipeline } from "../kafka/pipeline.ts";
import { trailLines } from "../kafka/trail-on-disk.ts";
import { type RunningCollector, startCollector, writtenRecords } from "./start.ts";

const collectorRuns = inject("collectorNotRun") === "";
const PER_SECOND = 1_000;
const EVENTS = 5_000;
const DELIVERY_MS = 120_000;
const KILLS = 4;

let collector: RunningCollector;
let open: Pipeline | undefined;
beforeEach(async (context) => {
	if (!collectorRuns) return;
	collector = await startCollector();
	console.log(`\n**** OpenTelemetry Collector ${collector.version}: ${context.task.name}`);
});
afterEach(async () => {
	await open?.audit.close(AbortSignal.timeout(5_000));
	await open?.remove();
	open = undefined;
	await collector.close();
});

async function trail(encoding: "json" | "protobuf" = "protobuf"): Promise<Pipeline> {
	open = await pipeline([otlpLogsSink({ url: collector.url, encoding, timeoutMs: 2_000 })]);
	return open;
}

/** Records so many events at least. */
async function load(subject: Pipeline, events: number): Promise<void> {
	const stop = new AbortController();
	const loading = subject.load(PER_SECOND, stop.signal);
	await sleep((events / PER_SECOND) * 1_000);
	stop.abort();
	await loading;
}

const sequenceOf = (line: string): number => readLink(Buffer.from(line))?.sequence ?? 0;

/** Compares what the Collector wrote with the trail, and verifies the chain from the bodies that were read back. */
async function compared(subject: Pipeline) {
	const lines = [...(await trailLines(join(subject.dir, "trail"))).values()].flat();
	const written = await writtenRecords(collector.file);
	const bodies = written.map(({ record }) => record.body?.stringValue ?? "");
	const there = new Set(bodies);
	const chain = [...there].toSorted((a, b) => sequenceOf(a) - sequenceOf(b));
	const report = await verify(Readable.from(chain.map((line) => Buffer.from(`${line}\n`))));
	const counted = {
		events: lines.length,
		lost: lines.filter((line) => !there.has(line.toString())).length,
		foreign: there.size - lines.filter((line) => there.has(line.toString())).length,
		repeated: bodies.length - there.size,
		chainFaults: report.faultCount,
	};
	const rejected = [...subject.rejections].map(([code, times]) => `${code} × ${times}`).join(", ");
	console.log(`**** ${JSON.stringify(counted)}; writes rejected: ${rejected || "none"}`);
	return { counted, written };
}

const whole = { lost: 0, foreign: 0, chainFaults: 0 };

describe.runIf(collectorRuns)("a real OpenTelemetry Collector", { timeout: 300_000 }, () => {
	it.each(["protobuf", "json"] as const)(
		`[siem.otlp_found] ${EVENTS} events in %s are found, field by field, and the chain verifies from them`,
		async (encoding) => {
			const subject = await trail(encoding);
			await load(subject, EVENTS * 1.1);
			await subject.finish(DELIVERY_MS);
			const { counted, written } = await compared(subject);
			expect(counted).toMatchObject({ ...whole, repeated: 0 });
			expect(counted.events).toBeGreaterThan(EVENTS);
			for (const { record, resource } of written) {
				const line = record.body?.stringValue ?? "";
				const projected: Projected = Object(otlpLog.project(JSON.parse(line)));
				const [scope] = projected.scopeLogs;
				expect(resource).toEqual(projected.resource.attributes);
				expect(record).toEqual({ ...scope?.logRecords[0], body: { stringValue: line } });
			}
		},
	);

	it("[durable.collector] stopped for five seconds: nothing is lost", async () => {
		const subject = await trail();
		await load(subject, 1_000);
		await collector.stop();
		await load(subject, 5_000);
		await collector.start();
		await load(subject, 1_000);
		await subject.finish(DELIVERY_MS);
		const { counted } = await compared(subject);
		expect(counted).toMatchObject(whole);
		expect(subject.rejections.size).toBeGreaterThan(0);
	});

	it(`[durable.collector] killed ${KILLS} times under load: nothing is lost, what comes again is the same`, async () => {
		const subject = await trail();
		for (let kill = 0; kill < KILLS; kill++) {
			// Killed at another place of the load each time, and gone while it goes on.
			const loading = load(subject, 1_500);
			await sleep(500 + 100 * (kill % 3));
			await collector.kill();
			await sleep(300);
			await collector.start();
			await loading;
		}
		await load(subject, 500);
		await subject.finish(DELIVERY_MS);
		const { counted } = await compared(subject);
		expect(counted).toMatchObject(whole);
		expect(subject.rejections.get("connection_failed")).toBeGreaterThan(0);
	});

	it("[durable.collector] frozen for five seconds: nothing is lost, what comes again is the same", async () => {
		const subject = await trail();
		await load(subject, 1_000);
		collector.pause();
		await load(subject, 5_000);
		collector.resume();
		await subject.finish(DELIVERY_MS);
		const { counted } = await compared(subject);
		expect(counted).toMatchObject(whole);
		expect(subject.rejections.get("request_timeout")).toBeGreaterThan(0);
	});

	it("[durable.collector] short of memory and refusing everything: it is asked again until it has room", async () => {
		await collector.stop();
		await collector.start({ full: true });
		const subject = await trail();
		await load(subject, 3_000);
		expect(subject.rejections.get("server_error")).toBeGreaterThan(0);
		expect(subject.audit.health().lanes).toMatchObject([{ state: "retrying", delivered: 0 }]);
		await collector.stop();
		await collector.start({ full: false });
		await subject.finish(DELIVERY_MS);
		const { counted } = await compared(subject);
		expect(counted).toMatchObject({ ...whole, repeated: 0 });
	});

	it("[honest.collector_memory] one that gathers batches loses what it said yes to when it is killed, as the page says", async () => {
		await collector.stop();
		await collector.start({ writes: "later" });
		const subject = await trail();
		await load(subject, 100);
		await subject.audit.flush(AbortSignal.timeout(DELIVERY_MS));
		expect(subject.audit.health().lanes[0]).toMatchObject({ lagEvents: 0, retries: 0 });
		await collector.kill();
		const { counted } = await compared(subject);
		expect(counted.lost).toBe(counted.events);
		await collector.start();
	});
});

interface Projected {
	readonly resource: { readonly attributes: unknown };
	readonly scopeLogs: readonly { readonly logRecords: readonly object[] }[];
}
