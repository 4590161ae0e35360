import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { checkSink } from "@mcp-trail/audit/testing";
import type { AuditEvent, StoredEvent } from "@mcp-trail/event";
import { type SealedEvent, sealer } from "@mcp-trail/integrity";
import { elasticsearchSink, type ElasticsearchSinkOptions } from "@mcp-trail/sinks/elasticsearch";
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { anEvent } from "../../../packages/formats/scripts/any-event.ts";
import { examples } from "../../../packages/formats/scripts/examples.ts";
import { type Pipeline, pipeline } from "../kafka/pipeline.ts";
import { loadTemplates } from "./content.ts";
import { guarded } from "./guarded.ts";
import { compareWithIndex, trailEvents, verifyIndex } from "./stored.ts";
import { openSearchRuns, useOpenSearch } from "./suite.ts";

const { signal } = new AbortController();
const EVENTS = 6_000;
/** The lane's own events of a trail that was opened and closed. */
const FRAME = 2;
const uuid = (n: number): string => `01a1f874-3e4b-7c3e-9f10-${n.toString(16).padStart(12, "0")}`;

function unsealed(event: StoredEvent | undefined): AuditEvent {
	if (event === undefined) throw new Error("no example");
	const { integrity: _, ...rest } = event;
	return rest;
}

/** Held by this code alone, then whole. */
const held = (code: string) => ({
	before: 50 + 1,
	codes: [code],
	refused: "",
	found: { events: 250 + FRAME, lost: 0, doubled: 0, foreign: 0 },
});

describe.runIf(openSearchRuns)("the Elasticsearch sink and a real OpenSearch", () => {
	const opensearch = useOpenSearch();
	beforeAll(async () => loadTemplates(opensearch()));

	let open: Pipeline | undefined;
	afterEach(async () => {
		await open?.audit.close(AbortSignal.timeout(5_000));
		await open?.remove();
		open = undefined;
	});
	const sink = (options: Partial<ElasticsearchSinkOptions> = {}) =>
		elasticsearchSink({ url: opensearch().url, ...options });
	const trail = async (): Promise<SealedEvent[]> => trailEvents(join(open?.dir ?? "", "trail"));
	const record = (count: number, labels: (n: number) => Record<string, string>): void => {
		for (let n = 0; n < count; n++)
			open?.audit.record({ type: "ext.com.example.paid", severity: "low", labels: labels(n) });
	};

	describe("[sinks.checked] the contract of every sink", () => {
		let indices = 0;
		checkSink({
			test: it,
			// A cluster judges documents by their fields, not by id: see [sinks.opensearch_rejects].
			cannot: ["poison"],
			patienceMs: 60_000,
			make: () => {
				const index = `mcp-audit-contract-${indices++}`;
				return {
					sink: sink({ index }),
					received: async () => (await opensearch().documents(`${index}-2*`)).map(({ _id }) => _id),
					fault: async (kind) => {
						if (kind === "down") await opensearch().stop();
						if (kind === "silent") opensearch().pause();
						if (kind !== "none") return;
						opensearch().resume();
						if (!opensearch().alive()) await opensearch().start();
					},
				};
			},
		});
	});

	it(`[sinks.opensearch_round_trip] finds ${EVENTS} of ${EVENTS} sent, each field as projected, and the chain holds`, async () => {
		const index = "mcp-audit-round-trip";
		open = await pipeline([sink({ index })]);
		for (let n = 0; n < EVENTS; n += 1_000) {
			record(1_000, (at) => ({ n: `${n + at} 日本`, "a.b": 'quoted " and \\' }));
			await open.audit.flush(signal);
		}
		await open.finish(120_000);
		const events = await trail();
		expect(events).toHaveLength(EVENTS + FRAME);
		expect(await opensearch().count(`${index}-*`)).toBe(EVENTS + FRAME);
		expect(await compareWithIndex(opensearch(), `${index}-*`, events)).toEqual({
			events: EVENTS + FRAME,
			lost: 0,
			doubled: 0,
			foreign: 0,
		});
		const report = await verifyIndex(opensearch(), `${index}-*`);
		expect(report).toMatchObject({ records: EVENTS + FRAME, faultCount: 0, noteCount: 0 });
		// Every day of events has an index of its own, read together under one alias.
		expect(await opensearch().count("mcp-audit")).toBeGreaterThanOrEqual(EVENTS + FRAME);

		// The whole trail once more, as after a lost cursor.
		await sink({ index }).write(events, signal);
		expect(await opensearch().count(`${index}-*`)).toBe(EVENTS + FRAME);

		// What was changed in the index is found from the index.
		const [{ _id: id, _index: at, _source: source }] = (
			await opensearch().documents(`${index}-*`)
		).slice(7);
		const original = source.event.original.replace('"severity":"low"', '"severity":"high"');
		expect(original).not.toBe(source.event.original);
		await opensearch().call("POST", `/${at}/_update/${id}`, { doc: { event: { original } } });
		expect(await verifyIndex(opensearch(), `${index}-*`)).toMatchObject({ faultCount: 1 });
	});

	it("[siem.opensearch_templates] takes every event there can be, without one refusal, and finds it", async () => {
		const index = "mcp-audit-any";
		const chain = sealer("7d3b6a52-0c1e-4f57-9a43-2b8f5f1c9e10");
		const any = fc.sample(anEvent, { numRuns: 700, seed: 5 });
		const events = [...examples().values(), ...any].map((event, n) =>
			// Of one day: each would else have an index of its own.
			chain.seal({ ...unsealed(event), id: uuid(n), time: "2026-11-21T10:15:30.123Z" }),
		);
		await sink({ index }).write(events, signal);
		const found = await compareWithIndex(opensearch(), `${index}-*`, events);
		expect(found).toEqual({ events: events.length, lost: 0, doubled: 0, foreign: 0 });
		// One of the examples speaks of a record 4212 of this stream, which is not among them.
		const { faults } = await verifyIndex(opensearch(), `${index}-*`);
		expect(faults.map((fault) => fault.class)).toEqual(["tail_missing"]);
		const mapping = async () =>
			Object.values<unknown>(await opensearch().call("GET", `/${index}-*/_mapping`));
		// Nothing was added to the mapping by what events said.
		await opensearch().call("PUT", `/${index}-empty`);
		const [one, ...others] = await mapping();
		expect(others).toEqual([one]);
		const hits = async (query: unknown) =>
			(await opensearch().call("POST", `/${index}-*/_count`, { query })).count;
		expect(await hits({ term: { "labels.approver": "ann" } })).toBeGreaterThan(0);
		expect(await hits({ term: { "mcp_trail.actor.delegation.id": "desk-agent" } })).toBeGreaterThan(
			0,
		);
		expect(
			await hits({ range: { "event.duration": { gte: 41_873_000, lte: 41_873_000 } } }),
		).toBeGreaterThan(0);
		expect(await hits({ term: { "client.ip": "203.0.113.0/24" } })).toBeGreaterThan(0);
	});

	it("[sinks.opensearch_rejects] what a mapping refuses goes to the dead letters alone", async () => {
		await opensearch().call("PUT", "/_index_template/conflict", {
			index_patterns: ["conflict-*"],
			priority: 900,
			composed_of: ["mcp-trail-settings", "mcp-trail-event"],
			template: {
				mappings: {
					properties: {
						event: { properties: { id: { type: "keyword" }, sequence: { type: "long" } } },
						labels: { properties: { n: { type: "integer" } } },
					},
				},
			},
		});
		const poison = new Set([17, 18, 240]);
		open = await pipeline([sink({ index: "conflict" })]);
		record(400, (n) => ({ n: poison.has(n) ? `not ${n}` : String(n) }));
		await open.audit.flush(AbortSignal.timeout(60_000));
		await open.finish(60_000);
		const file = join(open.dir, "refused", "elasticsearch.dead-letters.ndjson");
		const letters = (await readFile(file, "utf8"))
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line));
		expect(letters.map(({ code }) => code)).toEqual(
			Array(poison.size).fill("mapper_parsing_exception"),
		);
		const found = await compareWithIndex(opensearch(), "conflict-*", await trail());
		expect(found).toMatchObject({ lost: poison.size, doubled: 0, foreign: 0 });
	});

	/** Nothing is delivered and nothing given up while `wrong`; everything arrives once it is `righted`. */
	async function holds(
		index: string,
		wrong: () => Promise<unknown>,
		righted: () => Promise<unknown>,
	) {
		open = await pipeline([sink({ index })]);
		record(50, (n) => ({ n: String(n) }));
		await open.audit.flush(AbortSignal.timeout(60_000));
		const before = await opensearch().count(`${index}-*`);
		await wrong();
		record(200, (n) => ({ n: String(n) }));
		for (const until = Date.now() + 60_000; open.rejections.size === 0; await sleep(50))
			if (Date.now() > until) break;
		await sleep(1_500);
		const codes = [...open.rejections.keys()];
		await righted();
		await open.finish(120_000);
		const found = await compareWithIndex(opensearch(), `${index}-*`, await trail());
		const file = join(open.dir, "refused", "elasticsearch.dead-letters.ndjson");
		const refused = await readFile(file, "utf8").catch(() => "");
		return { before, codes, refused, found };
	}
	const settings = async (index: string, body: unknown) =>
		opensearch().call("PUT", `/${index}-*/_settings`, body);
	const cluster = async (persistent: unknown) =>
		opensearch().call("PUT", "/_cluster/settings", { persistent });

	it("[sinks.opensearch_holds] waits while an index is read-only, and goes on", async () => {
		const seen = await holds(
			"mcp-audit-read-only",
			async () => settings("mcp-audit-read-only", { "index.blocks.write": true }),
			async () => settings("mcp-audit-read-only", { "index.blocks.write": null }),
		);
		expect(seen).toEqual(held("cluster_block_exception"));
	});

	it("[sinks.opensearch_holds] waits while an index is closed, and goes on", async () => {
		const seen = await holds(
			"mcp-audit-closed",
			async () => opensearch().call("POST", "/mcp-audit-closed-*/_close"),
			async () => opensearch().call("POST", "/mcp-audit-closed-*/_open"),
		);
		expect(seen).toEqual(held("index_closed_exception"));
	});

	it("[sinks.opensearch_holds] waits while the index of the day is missing and may not be made, and goes on", async () => {
		const index = "mcp-audit-missing";
		open = await pipeline([]);
		await open.audit.close();
		await open.remove();
		await cluster({ "action.auto_create_index": "false" });
		open = await pipeline([sink({ index })]);
		record(200, (n) => ({ n: String(n) }));
		for (const until = Date.now() + 60_000; open.rejections.size === 0; await sleep(50))
			if (Date.now() > until) break;
		await sleep(1_500);
		expect([...open.rejections.keys()]).toEqual(["index_not_found_exception"]);
		await cluster({ "action.auto_create_index": null });
		await open.finish(60_000);
		const found = await compareWithIndex(opensearch(), `${index}-*`, await trail());
		expect(found).toEqual({ events: 200 + FRAME, lost: 0, doubled: 0, foreign: 0 });
	});

	it("[sinks.opensearch_holds] waits while the disk is at its flood stage, and goes on when the block lifts itself", async () => {
		const disk = "cluster.routing.allocation.disk";
		const full = { low: "900tb", high: "800tb", flood_stage: "700tb" };
		const marks = (free: boolean) =>
			Object.fromEntries([
				[`${disk}.threshold_enabled`, free ? null : "true"],
				["cluster.info.update.interval", free ? null : "10s"],
				...Object.entries(full).map(([name, mark]) => [
					`${disk}.watermark.${name}`,
					free ? null : mark,
				]),
			]);
		const index = "mcp-audit-flood";
		const blocked = async (): Promise<boolean> =>
			JSON.stringify(await opensearch().call("GET", `/${index}-*/_settings`)).includes(
				"read_only_allow_delete",
			);
		const seen = await holds(
			index,
			async () => {
				await cluster(marks(false));
				for (const until = Date.now() + 60_000; !(await blocked()); await sleep(200))
					if (Date.now() > until) throw new Error("the node did not block the index");
			},
			async () => {
				const room = { low: "3mb", high: "2mb", flood_stage: "1mb" };
				await cluster(
					Object.fromEntries(
						Object.entries(room).map(([name, mark]) => [`${disk}.watermark.${name}`, mark]),
					),
				);
				for (const until = Date.now() + 60_000; await blocked(); await sleep(200))
					if (Date.now() > until) throw new Error("the node did not lift its block");
			},
		);
		await cluster(marks(true));
		expect(seen).toEqual(held("cluster_block_exception"));
	});

	it("[sinks.opensearch_holds] waits while a gate refuses its credentials, and goes on with the right ones", async () => {
		const folder = await mkdtemp(join(tmpdir(), "mcp-trail-secret-"));
		const file = join(folder, "api-key");
		await writeFile(file, "wrong");
		const gate = await guarded(opensearch().url, "ApiKey right");
		const index = "mcp-audit-guarded";
		try {
			open = await pipeline([sink({ url: gate.url, index, auth: { apiKey: { file } } })]);
			record(100, (n) => ({ n: String(n) }));
			for (const until = Date.now() + 30_000; open.rejections.size === 0; await sleep(50))
				if (Date.now() > until) break;
			expect([...open.rejections.keys()]).toEqual(["unauthorized"]);
			await writeFile(file, "right");
			await open.finish(60_000);
			const found = await compareWithIndex(opensearch(), `${index}-*`, await trail());
			expect(found).toEqual({ events: 100 + FRAME, lost: 0, doubled: 0, foreign: 0 });
		} finally {
			await gate.close();
			await rm(folder, { recursive: true, force: true });
		}
	});

	it("[sinks.opensearch_data_stream] a data stream takes each event once, and again after a rollover, as declared", async () => {
		const dataStream = "logs-mcp.audit-default";
		const chain = sealer("7d3b6a52-0c1e-4f57-9a43-2b8f5f1c9e11");
		const event = unsealed(examples().get("mcp.request"));
		const events = Array.from({ length: 50 }, (__, n) =>
			chain.seal({ ...event, id: uuid(0x10_000 + n) }),
		);
		const stream = sink({ dataStream });
		expect(stream.delivery).toBe("at_least_once");
		await stream.write(events, signal);
		await stream.write(events, signal);
		expect(await opensearch().count(dataStream)).toBe(50);
		const { data_streams: streams } = await opensearch().call("GET", `/_data_stream/${dataStream}`);
		expect(streams[0]).toMatchObject({ template: "logs-mcp.audit", generation: 1 });
		await opensearch().call("POST", `/${dataStream}/_rollover`);
		await stream.write(events, signal);
		expect(await opensearch().count(dataStream)).toBe(100);
		expect(await compareWithIndex(opensearch(), dataStream, events)).toMatchObject({
			lost: 0,
			doubled: 50,
			foreign: 0,
		});
	});

	it("[sinks.probe] probe writes one document beside the trail's, and says what is wrong", async () => {
		const index = "mcp-audit-probed";
		await sink({ index }).probe?.(signal);
		expect(await opensearch().count(`${index}-probe`)).toBe(1);
		await opensearch().call("POST", `/${index}-probe/_close`);
		await expect(sink({ index }).probe?.(signal)).rejects.toMatchObject({
			code: "index_closed_exception",
			verdict: "hold",
		});
	});

	it("[durable.opensearch_killed] killed three times under load: 0 lost, 0 doubled", async () => {
		const index = "mcp-audit-killed";
		open = await pipeline([sink({ index })]);
		const stop = new AbortController();
		const loading = open.load(300, stop.signal);
		for (let kill = 0; kill < 3; kill++) {
			await sleep(1_500);
			await opensearch().kill();
			await opensearch().start();
		}
		await sleep(1_000);
		stop.abort();
		await loading;
		await open.finish(120_000);
		const events = await trail();
		const rejected = [...open.rejections].map(([code, times]) => `${code} × ${times}`).join(", ");
		const found = await compareWithIndex(opensearch(), `${index}-*`, events);
		console.log(
			`\n**** OpenSearch killed 3 times: ${JSON.stringify(found)}; writes rejected: ${rejected || "none"}`,
		);
		expect(found).toEqual({ events: events.length, lost: 0, doubled: 0, foreign: 0 });
		expect(await verifyIndex(opensearch(), `${index}-*`)).toMatchObject({ faultCount: 0 });
		expect(open.rejections.size).toBeGreaterThan(0);
		expect(open.audit.health()).toMatchObject({ lost: 0 });
	});

	it("[sinks.opensearch_pressure] a body above the node's limit is halved until it fits", async () => {
		await opensearch().stop();
		await opensearch().start({ "http.max_content_length": "1mb" });
		const index = "mcp-audit-large";
		const chain = sealer("7d3b6a52-0c1e-4f57-9a43-2b8f5f1c9e12");
		const event = unsealed(examples().get("mcp.request"));
		const events = Array.from({ length: 900 }, (__, n) =>
			chain.seal({ ...event, id: uuid(0x20_000 + n) }),
		);
		// The node counts what it has unpacked.
		await sink({ index }).write(events, signal);
		expect(await compareWithIndex(opensearch(), `${index}-*`, events)).toEqual({
			events: 900,
			lost: 0,
			doubled: 0,
			foreign: 0,
		});
	});

	it("[sinks.opensearch_pressure] 429 under indexing pressure loses and doubles nothing", async () => {
		await opensearch().stop();
		await opensearch().start({ "indexing_pressure.memory.limit": "300kb" });
		const index = "mcp-audit-pressure";
		const names = ["one", "two", "three"];
		open = await pipeline(
			names.map((name) =>
				sink({ name, index: `${index}-${name}`, maxRequestEvents: 60, gzip: name !== "two" }),
			),
		);
		record(3_000, (n) => ({ n: String(n), note: "x".repeat(200) }));
		await open.finish(180_000);
		const events = await trail();
		console.log(`\n**** OpenSearch under pressure: ${JSON.stringify([...open.rejections])}`);
		for (const name of names)
			expect(await compareWithIndex(opensearch(), `${index}-${name}-*`, events)).toEqual({
				events: events.length,
				lost: 0,
				doubled: 0,
				foreign: 0,
			});
		expect([...open.rejections.keys()]).toEqual(["throttled"]);
	});
});
