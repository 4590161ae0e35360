import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import type { SinkError } from "@mcp-trail/audit";
import { checkSink, sampleEvents, type SinkFaultKind } from "@mcp-trail/audit/testing";
import { type SealedEvent, verify } from "@mcp-trail/integrity";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { checkRepeats } from "./http/testing/check-answers.ts";
import { type ContractServer, contractServer } from "./http/testing/contract-server.ts";
import { hecCodes } from "./splunk-hec/hec-codes.ts";
import { collector } from "./splunk-hec/testing/collector.ts";
import { splunkHecSink, type SplunkHecSinkOptions } from "./splunk-hec.ts";
import { failure } from "./testing/failure.ts";

const open: ContractServer[] = [];
afterEach(async () => {
	await Promise.all(open.splice(0).map(async (server) => server.close()));
});
const { signal } = new AbortController();
const ids = (events: readonly SealedEvent[]) => events.map(({ event }) => event.id);
const quick = { token: "token", ackPollMs: 5 };

async function started(
	options: Partial<SplunkHecSinkOptions> = {},
	kind: Parameters<typeof collector>[0] = {},
) {
	const fake = await collector(kind);
	open.push(fake.server);
	const sink = splunkHecSink({ url: fake.server.url, ...quick, ...options });
	return { ...fake, sink, calls: fake.server.calls };
}

describe("splunkHecSink", () => {
	checkSink({
		test: it,
		make: async () => {
			const fake = await collector({ questions: 1 });
			return {
				sink: splunkHecSink({ url: fake.server.url, ...quick }),
				// A body that Splunk refuses half-way is sent again in halves: once is enough here.
				received: () => [...new Set(fake.ids())],
				fault: (kind: SinkFaultKind | "none", which) => {
					fake.poison.clear();
					fake.always(
						kind === "down"
							? { status: 503, body: { text: "Server is busy", code: 9 } }
							: kind === "silent"
								? "hang"
								: undefined,
					);
					if (kind === "poison") for (const id of which ?? []) fake.poison.add(id);
				},
				dispose: async () => fake.server.close(),
			};
		},
	});

	it("[sinks.hec_bytes] the stored lines arrive byte for byte with time, id and place in the chain", async () => {
		const { sink, indexed } = await started();
		const events = sampleEvents()(5);
		await sink.write(events, signal);
		expect(indexed.map(({ line }) => line)).toEqual(
			events.map(({ bytes }) => Buffer.from(bytes).toString()),
		);
		expect(indexed.map(({ time }) => time * 1000)).toEqual(
			events.map(({ event }) => Date.parse(event.time)),
		);
		expect(indexed[3]?.fields).toEqual({
			event_id: events[3]?.event.id,
			stream_id: events[3]?.stream,
			sequence: "4",
		});
		const read = indexed.map(({ line }) => `${line}\n`).join("");
		expect((await verify(Readable.from([Buffer.from(read)]))).faultCount).toBe(0);
		await sink.close?.(signal);
	});

	it("[sinks.hec_acknowledged] a write ends when the events are indexed, not when they are parsed", async () => {
		const { sink, calls } = await started({}, { questions: 3 });
		await sink.write(sampleEvents()(2), signal);
		const paths = calls.map(({ path }) => path.split("/").at(-1));
		// One question whether the token acknowledges at all, then four until the answer is yes.
		expect(paths).toEqual(["ack", "event", "ack", "ack", "ack", "ack"]);
		await sink.close?.(signal);
	});

	it("[sinks.hec_acknowledged] events that are never indexed are sent again", async () => {
		const { sink } = await started({ ackTimeoutMs: 30 }, { questions: 1e9 });
		const error = await failure(sink.write(sampleEvents()(2), signal));
		expect([error.code, error.verdict]).toEqual(["not_acknowledged", "retry"]);
		await sink.close?.(signal);
	});

	it("[sinks.hec_acknowledged] a token without acknowledgement holds before anything is sent; without waiting the sink claims best effort", async () => {
		const { sink, ids: got } = await started({}, { acknowledges: false });
		const events = sampleEvents()(2);
		expect((await failure(sink.write(events, signal))).code).toBe("ack_disabled");
		expect([sink.delivery, got()]).toEqual(["at_least_once", []]);
		const bold = await started({ acknowledge: false }, { acknowledges: false });
		await bold.sink.write(events, signal);
		expect([bold.sink.delivery, bold.ids()]).toEqual(["best_effort", ids(events)]);
		expect(bold.calls[0]?.headers["x-splunk-request-channel"]).toBeUndefined();
		await Promise.all([sink, bold.sink].map(async (one) => one.close?.(signal)));
	});

	const answers: readonly (readonly [number, number, string, "retry" | "reject" | "hold"])[] = [
		[403, 1, "token_disabled", "hold"],
		[401, 2, "token_required", "hold"],
		[401, 3, "invalid_authorization", "hold"],
		[403, 4, "invalid_token", "hold"],
		[400, 5, "no_data", "retry"],
		[400, 6, "invalid_data_format", "reject"],
		[400, 7, "incorrect_index", "hold"],
		[500, 8, "internal_error", "retry"],
		[503, 9, "server_busy", "retry"],
		[400, 10, "data_channel_missing", "hold"],
		[400, 11, "invalid_data_channel", "hold"],
		[400, 12, "event_field_required", "reject"],
		[400, 13, "event_field_blank", "reject"],
		[400, 14, "ack_disabled", "hold"],
		[400, 15, "invalid_indexed_fields", "reject"],
		[400, 16, "query_string_authorization_disabled", "hold"],
		[503, 23, "server_error", "retry"],
		[400, 99, "request_refused", "hold"],
	];
	it.each(answers)(
		"[sinks.hec_codes] status %i with code %i is %s: %s, and nothing is lost",
		async (status, code, name, verdict) => {
			const { sink, ids: got, answer } = await started();
			const events = sampleEvents()(1);
			const body = { text: "no", code, "invalid-event-number": 0 };
			answer([{ status, body }]);
			const error = await failure(sink.write(events, signal));
			expect([error.code, error.verdict]).toEqual([name, verdict]);
			expect(got()).toEqual([]);
			await sink.write(events, signal);
			expect(got()).toEqual(ids(events));
			await sink.close?.(signal);
		},
	);

	it("[sinks.hec_codes] every code that the sink knows has been answered", () => {
		const known = Object.entries(hecCodes).map(([code, { name }]) => [Number(code), name]);
		expect(answers.map(([, code, name]) => [code, name])).toEqual(expect.arrayContaining(known));
	});

	it.each([
		[200, '"OK"', "answer_unreadable", "retry"],
		[200, "<html>a portal</html>", "answer_unreadable", "retry"],
		[200, { text: "healthy", code: 17 }, "answer_unreadable", "retry"],
		[500, '"Internal Server Error"', "server_error", "retry"],
		[401, "", "unauthorized", "hold"],
		[302, "", "redirected", "hold"],
		[404, "", "not_found", "hold"],
		[429, "", "throttled", "retry"],
	])(
		"[sinks.hec_codes] status %i with %o, which is no answer of a collector, delivers nothing",
		async (status, body, code, verdict) => {
			const { sink, answer } = await started();
			answer([{ status, body, headers: { "retry-after": "3" } }]);
			const error = await failure(sink.write(sampleEvents()(2), signal));
			expect([error.code, error.verdict, error.retryAfterMs]).toEqual([
				code,
				verdict,
				status === 200 ? undefined : 3000,
			]);
			await sink.close?.(signal);
		},
	);

	checkRepeats({ test: it, proves: "[sinks.hec_repeats]", started });

	it("[sinks.hec_bisects] a body refused for one event (6, 12, 13, 15, 413) is halved until that event is alone", async () => {
		const { sink, ids: got, poison } = await started();
		const events = sampleEvents()(9);
		poison.add(events[4]?.event.id ?? "");
		const error = await failure(sink.write(events, signal));
		expect(error.items).toEqual([{ index: 4, verdict: "reject", code: "event_field_required" }]);
		expect(got().toSorted()).toEqual(ids(events.toSpliced(4, 1)).toSorted());
		const second = await started();
		second.answer([{ status: 413 }]);
		await second.sink.write(events, signal);
		expect(second.ids()).toEqual(ids(events));
		await Promise.all([sink, second.sink].map(async (one) => one.close?.(signal)));
	});

	it("[sinks.http_limits] no body is above its limit, whatever the batch, and every event is in one", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: 60 }),
				fc.integer({ min: 1000, max: 9000 }),
				async (count, maxRequestBytes) => {
					const { server, ids: got } = await collector({ acknowledges: false });
					const sink = splunkHecSink({
						url: server.url,
						...quick,
						maxRequestBytes,
						acknowledge: false,
					});
					const events = sampleEvents()(count);
					let refused: readonly number[] = [];
					try {
						await sink.write(events, signal);
					} catch (error) {
						refused = (error as SinkError).items?.map(({ index }) => index) ?? [];
					}
					for (const { body } of server.calls) {
						expect(body.byteLength).toBeLessThanOrEqual(maxRequestBytes);
					}
					expect(maxRequestBytes < 1200 ? [] : refused).toEqual([]);
					expect(got()).toEqual(ids(events.filter((_, index) => !refused.includes(index))));
					await sink.close?.(signal);
					await server.close();
				},
			),
			{ numRuns: 20 },
		);
	});

	it("[sinks.probe] probe sends one test event and proves the token, its index and acknowledgement", async () => {
		const { sink, indexed, answer } = await started();
		await sink.probe?.(signal);
		expect(indexed.map(({ probe }) => probe)).toEqual([true]);
		answer([
			{ status: 400, body: { text: "Incorrect index", code: 7, "invalid-event-number": 1 } },
		]);
		expect((await failure(Promise.resolve(sink.probe?.(signal)))).code).toBe("incorrect_index");
		const wrong = splunkHecSink({ url: open[0]?.url ?? "", ...quick, token: "other" });
		expect((await failure(Promise.resolve(wrong.probe?.(signal)))).code).toBe("invalid_token");
		await Promise.all([sink, wrong].map(async (one) => one.close?.(signal)));
	});

	it("[sinks.http_canary] no error holds the token, also where Splunk echoes it", async () => {
		const token = randomUUID();
		const echo = await contractServer(({ headers }) => ({
			status: 403,
			body: { text: `no: ${headers.authorization}`, code: 99 },
		}));
		open.push(echo);
		const sink = splunkHecSink({ url: echo.url, ...quick, token });
		const error = await failure(sink.write(sampleEvents()(1), signal));
		expect(error.message).toContain("Splunk [secret]");
		expect(`${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(token);
		await sink.close?.(signal);
	});

	it.each([
		[{ url: "splunk:8088" }, "`url`"],
		[{ token: "" }, "`token`"],
		[{ token: undefined }, "`token`"],
		[{ acknowledge: "yes" }, "`acknowledge`"],
		[{ ackPollMs: 0 }, "`ackPollMs`"],
		[{ ackTimeoutMs: -1 }, "`ackTimeoutMs`"],
		[{ index: "" }, "`index`"],
		[{ maxRequestBytes: 0 }, "`maxRequestBytes`"],
		[{ name: "Splunk" }, "`name`"],
	])("refuses %o and names the option", (options, path) => {
		const make = () => splunkHecSink(Object({ url: "http://127.0.0.1:1", ...quick, ...options }));
		expect(make).toThrow(TypeError);
		expect(make).toThrow(path);
	});
});
