import { Readable } from "node:stream";
import { checkSink, sampleEvents, type SinkFaultKind } from "@mcp-trail/audit/testing";
import type { SinkError } from "@mcp-trail/audit";
import { readLine, type SealedEvent, verify } from "@mcp-trail/integrity";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { bulkErrors } from "./elasticsearch/bulk-errors.ts";
import { cluster, type ItemFault } from "./elasticsearch/testing/cluster.ts";
import { elasticsearchSink, type ElasticsearchSinkOptions } from "./elasticsearch.ts";
import { type ContractServer, contractServer } from "./http/testing/contract-server.ts";
import { failure } from "./testing/failure.ts";

const open: ContractServer[] = [];
afterEach(async () => {
	await Promise.all(open.splice(0).map(async (server) => server.close()));
});
const { signal } = new AbortController();
const ids = (events: readonly SealedEvent[]) => events.map(({ event }) => event.id);

async function started(options: Partial<ElasticsearchSinkOptions> = {}) {
	const fake = await cluster();
	open.push(fake.server);
	const sink = elasticsearchSink({ url: fake.server.url, ...options });
	return { ...fake, sink, calls: fake.server.calls };
}

describe("elasticsearchSink", () => {
	checkSink({
		test: it,
		make: async () => {
			const fake = await cluster();
			return {
				sink: elasticsearchSink({ url: fake.server.url }),
				received: fake.ids,
				fault: (kind: SinkFaultKind | "none", which) => {
					fake.itemFaults.clear();
					fake.always(kind === "down" ? { status: 503 } : kind === "silent" ? "hang" : undefined);
					if (kind !== "poison") return;
					for (const id of which ?? []) {
						fake.itemFaults.set(id, { status: 400, type: "mapper_parsing_exception" });
					}
				},
				dispose: async () => fake.server.close(),
			};
		},
	});

	it("[sinks.elastic_bytes] stores the line itself, under the event's id, in the index of its own day", async () => {
		const { sink, stored } = await started({ index: "audit", format: "stored_line" });
		const events = sampleEvents()(3);
		await sink.write(events, signal);
		expect(stored).toEqual(
			events.map((one) => ({
				index: `audit-${one.event.time.slice(0, 10).replaceAll("-", ".")}`,
				id: one.event.id,
				document: Buffer.from(one.bytes).toString(),
			})),
		);
		await sink.close?.(signal);
	});

	it("[sinks.elastic_deduplicates] an event's index follows from its own time alone, not from those before it", async () => {
		const [, , event] = sampleEvents()(3);
		const line = Buffer.from(event?.bytes ?? []).toString();
		const dated = (time: string): SealedEvent => {
			const sealed = readLine(Buffer.from(line.replace(/"time":"[^"]*"/u, `"time":"${time}"`)));
			if (sealed === undefined) throw new Error("not a stored line");
			return sealed;
		};
		const { sink, stored } = await started({ format: "stored_line" });
		const times = ["", "2026-11-21T10:00:00.000Z", "2026", "2026-11-22T10:00:00.000Z"];
		// What is there already is not stored again, whatever came before it this time.
		for (const time of [...times, ...times.toReversed()]) await sink.write([dated(time)], signal);
		const found = ["undated", "2026.11.21", "2026.11.22"];
		expect(stored.map(({ index }) => index)).toEqual(found.map((day) => `mcp-audit-${day}`));
		await sink.close?.(signal);
	});

	it("[sinks.elastic_deduplicates] after a lost answer the same ids are sent again and stored once", async () => {
		for (const lost of ["cut", "cut the answer", { status: 502 }] as const) {
			const { sink, stored, answer, calls } = await started();
			const events = sampleEvents()(5);
			answer([lost], true);
			const error = await failure(sink.write(events, signal));
			expect([error.verdict, error.items]).toEqual(["retry", undefined]);
			await sink.write(events, signal);
			expect(stored.map(({ id }) => id)).toEqual(ids(events));
			expect(calls.map(({ body }) => body.toString())[0]).toBe(calls.at(-1)?.body.toString());
			await sink.close?.(signal);
		}
	});

	const ILLEGAL = "illegal_argument_exception";
	const items: readonly (readonly [ItemFault, "retry" | "reject" | "hold"])[] = [
		[
			{
				status: 400,
				type: "mapper_parsing_exception",
				reason: "failed to parse field [network.ip]",
			},
			"reject",
		],
		[{ status: 400, type: "document_parsing_exception" }, "reject"],
		[{ status: 400, type: "strict_dynamic_mapping_exception" }, "reject"],
		[
			{
				status: 400,
				type: ILLEGAL,
				reason: 'Document contains at least one immense term in field="a"',
			},
			"reject",
		],
		[{ status: 400, type: ILLEGAL, reason: "if _id is specified it must not be empty" }, "reject"],
		[
			{ status: 400, type: ILLEGAL, reason: "Limit of total fields [1000] has been exceeded" },
			"hold",
		],
		[{ status: 400, type: ILLEGAL, reason: "pipeline with id [x] does not exist" }, "hold"],
		[
			{ status: 400, type: ILLEGAL, reason: "no write index is defined for alias [mcp-audit]" },
			"hold",
		],
		[
			{
				status: 400,
				type: ILLEGAL,
				reason: "only write ops with an op_type of create are allowed in data streams",
			},
			"hold",
		],
		[{ status: 400, type: "index_closed_exception" }, "hold"],
		[
			{ status: 400, type: "validation_exception", reason: "this action would add [2] shards" },
			"hold",
		],
		[{ status: 403, type: "cluster_block_exception" }, "hold"],
		[{ status: 403, type: "security_exception" }, "hold"],
		[{ status: 404, type: "index_not_found_exception" }, "hold"],
		[{ status: 429, type: "cluster_block_exception" }, "retry"],
		[{ status: 503, type: "unavailable_shards_exception" }, "retry"],
		[{ status: 429, type: "rejected_execution_exception" }, "retry"],
		[{ status: 429, type: "es_rejected_execution_exception" }, "retry"],
		[{ status: 429, type: "circuit_breaking_exception" }, "retry"],
		[{ status: 409, type: "something_else_exception" }, "retry"],
		[{ status: 400, type: "never_seen_exception" }, "retry"],
		[{ status: 500, type: "never_seen_exception" }, "retry"],
		[{ status: 403, type: "never_seen_exception" }, "hold"],
	];
	it.each(items)(
		"[sinks.elastic_items] an item %o is classified, its neighbours are delivered",
		async (found, verdict) => {
			const { sink, stored, itemFaults } = await started();
			const events = sampleEvents()(4);
			const [, second, , fourth] = ids(events);
			for (const id of [second, fourth]) itemFaults.set(id ?? "", found);
			const error = await failure(sink.write(events, signal));
			expect(error.items).toEqual([1, 3].map((index) => ({ index, verdict, code: found.type })));
			expect(error.verdict).toBe(verdict);
			expect(stored.map(({ id }) => id)).toEqual([ids(events)[0], ids(events)[2]]);
			const field = found.reason?.includes("network.ip") ? "Field network.ip" : "";
			expect(error.message).toContain(field);
			const slow = /cluster_block|unavailable/.test(found.type) && verdict === "retry";
			expect(error.retryAfterMs).toBe(slow ? 30_000 : undefined);
			await sink.close?.(signal);
		},
	);

	it("[sinks.elastic_items] every error type that the sink knows has been answered by the contract server", () => {
		const answered = new Set(items.map(([{ type }]) => type));
		expect(Object.keys(bulkErrors).filter((type) => !answered.has(type))).toEqual([
			"invalid_index_name_exception",
			"process_cluster_event_timeout_exception",
		]);
	});

	it("[sinks.elastic_items] of several errors at once each event keeps its own", async () => {
		const { sink, itemFaults } = await started();
		const events = sampleEvents()(4);
		const [first, second, third] = ids(events);
		itemFaults.set(first ?? "", { status: 400, type: "mapper_parsing_exception" });
		itemFaults.set(second ?? "", { status: 429, type: "rejected_execution_exception" });
		itemFaults.set(third ?? "", { status: 404, type: "index_not_found_exception" });
		const error = await failure(sink.write(events, signal));
		expect(error.verdict).toBe("hold");
		expect(error.items?.map(({ verdict }) => verdict)).toEqual(["reject", "retry", "hold"]);
		await sink.close?.(signal);
	});

	const requests: readonly (readonly [number, "retry" | "hold", string])[] = [
		[301, "hold", "redirected"],
		[302, "hold", "redirected"],
		[307, "hold", "redirected"],
		[400, "hold", "request_refused"],
		[401, "hold", "unauthorized"],
		[403, "hold", "forbidden"],
		[404, "hold", "not_found"],
		[405, "hold", "request_refused"],
		[406, "hold", "request_refused"],
		[407, "hold", "proxy_unauthorized"],
		[408, "retry", "request_timeout"],
		[411, "hold", "request_refused"],
		[415, "hold", "request_refused"],
		[418, "retry", "client_error"],
		[425, "retry", "throttled"],
		[426, "hold", "request_refused"],
		[429, "retry", "throttled"],
		[431, "hold", "request_refused"],
		[500, "retry", "server_error"],
		[502, "retry", "server_error"],
		[503, "retry", "server_error"],
		[504, "retry", "server_error"],
		[507, "retry", "server_error"],
	];
	it.each(requests)(
		"[sinks.elastic_requests] a request answered %i is %s: nothing lost, nothing doubled",
		async (status, verdict, code) => {
			const { sink, stored, answer } = await started();
			const events = sampleEvents()(3);
			answer([{ status, headers: { location: "http://elsewhere.invalid/" }, body: "<html>" }]);
			const error = await failure(sink.write(events, signal));
			expect([error.code, error.verdict, error.items]).toEqual([code, verdict, undefined]);
			await sink.write(events, signal);
			expect(stored.map(({ id }) => id)).toEqual(ids(events));
			await sink.close?.(signal);
		},
	);

	it("[sinks.elastic_requests] a Retry-After is passed on", async () => {
		const { sink, answer } = await started();
		answer([{ status: 429, headers: { "retry-after": "7" } }]);
		expect((await failure(sink.write(sampleEvents()(1), signal))).retryAfterMs).toBe(7000);
		await sink.close?.(signal);
	});

	it.each([
		["<html>a portal</html>"],
		[{}],
		[{ errors: false, items: [] }],
		[
			{
				errors: false,
				items: [{ create: { _id: "another", status: 201 } }, { create: { _id: "x", status: 201 } }],
			},
		],
	])(
		"[sinks.elastic_answers] a 200 that does not speak of every event, %o, delivers none",
		async (body) => {
			const { sink, answer } = await started();
			answer([{ status: 200, body }]);
			const error = await failure(sink.write(sampleEvents()(2), signal));
			expect([error.code, error.verdict, error.items]).toEqual([
				"answer_unreadable",
				"retry",
				undefined,
			]);
			await sink.close?.(signal);
		},
	);

	it("[sinks.elastic_bisects] a body refused for one event is halved until that event is alone", async () => {
		for (const [status, type, code] of [
			[400, "action_request_validation_exception", "action_request_validation_exception"],
			[413, "", "too_large"],
		] as const) {
			const fake = await cluster();
			const events = sampleEvents()(9);
			const poison = events[6]?.event.id ?? "";
			const gate = await contractServer(async (call) => {
				if (call.body.includes(`"_id":"${poison}"`)) {
					return { status, body: type === "" ? "" : { error: { type, reason: "id is too long" } } };
				}
				const answer = await fetch(`${fake.server.url}/_bulk`, {
					method: "POST",
					headers: { "content-type": "application/x-ndjson" },
					body: call.body.toString(),
				});
				return { status: answer.status, body: await answer.text() };
			});
			open.push(fake.server, gate);
			const sink = elasticsearchSink({ url: gate.url });
			const error = await failure(sink.write(events, signal));
			expect(error.items).toEqual([{ index: 6, verdict: "reject", code }]);
			expect(fake.ids().toSorted()).toEqual(
				ids(events)
					.filter((id) => id !== poison)
					.toSorted(),
			);
			await sink.close?.(signal);
		}
	});

	it("[sinks.http_limits] no body is above its limits, whatever the batch, and every event is in one", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: 60 }),
				fc.integer({ min: 900, max: 9000 }),
				fc.integer({ min: 1, max: 20 }),
				async (count, maxRequestBytes, maxRequestEvents) => {
					const fake = await cluster();
					const sink = elasticsearchSink({
						url: fake.server.url,
						maxRequestBytes,
						maxRequestEvents,
						format: "stored_line",
					});
					const events = sampleEvents()(count);
					let refused: readonly number[] = [];
					try {
						await sink.write(events, signal);
					} catch (error) {
						refused = (error as SinkError).items?.map(({ index }) => index) ?? [];
					}
					for (const { body } of fake.server.calls) {
						expect(body.byteLength).toBeLessThanOrEqual(maxRequestBytes);
						expect(body.toString().split("\n").length - 1).toBeLessThanOrEqual(
							2 * maxRequestEvents,
						);
					}
					const action = '{"create":{"_index":"mcp-audit-2026.11.21","_id":""}}\n\n'.length + 36;
					const tooLarge = events.flatMap(({ bytes }, index) =>
						action + bytes.byteLength > maxRequestBytes ? [index] : [],
					);
					expect(refused).toEqual(tooLarge);
					expect(fake.ids()).toEqual(ids(events.filter((_, index) => !refused.includes(index))));
					await sink.close?.(signal);
					await fake.server.close();
				},
			),
			{ numRuns: 20 },
		);
	});

	it("[sinks.http_limits] a failure that passes ends the write: what was not sent is listed as undelivered", async () => {
		const { sink, ids: kept, calls, answer } = await started({ maxRequestEvents: 2 });
		const events = sampleEvents()(6);
		answer([undefined, { status: 503, headers: { "retry-after": "2" } }]);
		const error = await failure(sink.write(events, signal));
		expect(error.items?.map(({ index, verdict }) => [index, verdict])).toEqual(
			[2, 3, 4, 5].map((index) => [index, "retry"]),
		);
		expect([calls.length, error.retryAfterMs, error.code]).toEqual([2, 2000, "server_error"]);
		expect(kept()).toEqual(ids(events.slice(0, 2)));
		await sink.close?.(signal);
	});

	it("[sinks.elastic_verifies] ECS documents carry the stored lines: the chain verifies from what is read back", async () => {
		const { sink, stored } = await started();
		const events = sampleEvents()(5);
		await sink.write(events, signal);
		const documents = stored.map(({ document }) => JSON.parse(document));
		expect(documents[0]).toMatchObject({
			"@timestamp": events[0]?.event.time,
			event: { id: events[0]?.event.id, action: "tools/call" },
		});
		const lines = documents.map(({ event }) => `${event.original}\n`).join("");
		const report = await verify(Readable.from([Buffer.from(lines)]));
		expect([report.records, report.faults]).toEqual([5, []]);
		await sink.close?.(signal);
	});

	it.each([true, false])(
		"[sinks.elastic_verifies] bodies in flight at once and tried again hold their own events, gzip %s",
		async (gzip) => {
			const { sink, stored, answer } = await started({ gzip });
			const sample = sampleEvents();
			const batches = Array.from({ length: 8 }, () => sample(4));
			answer(["cut", "cut the answer", { status: 413 }]);
			const tried = await Promise.allSettled(batches.map(async (one) => sink.write(one, signal)));
			expect(tried.filter(({ status }) => status === "rejected").length).toBe(2);
			await Promise.all(batches.map(async (one) => sink.write(one, signal)));
			const kept = new Map(stored.map(({ id, document }) => [id, JSON.parse(document)]));
			expect(kept.size).toBe(stored.length);
			const lines = ids(batches.flat()).map((id) => `${kept.get(id)?.event.original}\n`);
			const report = await verify(Readable.from(lines.map((line) => Buffer.from(line))));
			expect([report.records, report.faults]).toEqual([32, []]);
			await sink.close?.(signal);
		},
	);

	it("[sinks.elastic_formats] sends a format's documents, and refuses an event that a format cannot say", async () => {
		const { sink, stored } = await started({
			format: {
				name: "test",
				mediaType: "application/json",
				project: ({ id, integrity }) =>
					integrity.sequence === 2 ? "text\nof two lines" : { "@timestamp": "now", id },
			},
		});
		const events = sampleEvents()(3);
		const error = await failure(sink.write(events, signal));
		expect(error.items).toEqual([{ index: 1, verdict: "reject", code: "event_unprojectable" }]);
		expect(stored.map(({ document }) => document)).toEqual(
			[0, 2].map((at) => JSON.stringify({ "@timestamp": "now", id: ids(events)[at] })),
		);
		await sink.close?.(signal);
	});

	it("[sinks.elastic_delivery] claims deduplication for dated indices and not for a data stream", async () => {
		const url = "http://127.0.0.1:1";
		expect(elasticsearchSink({ url }).delivery).toBe("deduplicated");
		expect(elasticsearchSink({ url, dataStream: "logs-mcp.audit-default" }).delivery).toBe(
			"at_least_once",
		);
	});

	it("[sinks.probe] probe writes one test event beside the trail's, and says what is wrong with the mapping or the key", async () => {
		const { sink, stored, answer, itemFaults } = await started();
		await sink.probe?.(signal);
		expect(stored.map(({ index }) => index)).toEqual(["mcp-audit-probe"]);
		expect(JSON.parse(stored[0]?.document ?? "").event.action).toBe("ext.mcp-trail.probe");
		answer([
			{
				status: 401,
				body: { error: { type: "security_exception", reason: "missing authentication" } },
			},
		]);
		const error = await failure(Promise.resolve(sink.probe?.(signal)));
		expect([error.code, error.verdict]).toEqual(["unauthorized", "hold"]);
		expect(itemFaults.size).toBe(0);
		await sink.close?.(signal);
	});

	it.each([
		[{ url: "search:9200" }, "`url`"],
		[{ url: "ftp://search" }, "`url`"],
		[{ url: "https://user:hunter2@search" }, "`url`"],
		[{ url: "https://search/?key=hunter2" }, "`url`"],
		[{ index: "MCP" }, "`index`"],
		[{ index: "a/../b" }, "`index`"],
		[{ dataStream: "logs-x-y", format: "stored_line" }, "`dataStream`"],
		[{ dataStream: "logs-x-y", index: "a" }, "`dataStream`"],
		[{ format: "cef" }, "`format`"],
		[{ auth: { apikey: "hunter2" } }, "`auth`"],
		[{ auth: { apiKey: "" } }, "`auth.apiKey`"],
		[{ auth: { apiKey: { environment: "hunter2" } } }, "`auth.apiKey`"],
		[{ format: { name: "cef", mediaType: "text/plain", project: () => "" } }, "`format`"],
		[{ name: "Elastic" }, "`name`"],
		[{ timeoutMs: 0 }, "`timeoutMs`"],
		[{ gzip: "yes" }, "`gzip`"],
		[{ maxRequestBytes: 1.5 }, "`maxRequestBytes`"],
		[{ maxRequestEvents: -1 }, "`maxRequestEvents`"],
		[{ tls: { cert: "x" } }, "`tls`"],
		[{ proxy: { url: "http://user:hunter2@proxy" } }, "`proxy.url`"],
	])("refuses %o and names the option, not the value", (options, path) => {
		const make = () => elasticsearchSink(Object({ url: "http://127.0.0.1:1", ...options }));
		expect(make).toThrow(TypeError);
		expect(make).toThrow(path);
		expect(make).not.toThrow("hunter2");
	});
});
