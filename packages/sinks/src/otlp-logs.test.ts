import { Readable } from "node:stream";
import { inspect } from "node:util";
import { checkSink, sampleEvents } from "@mcp-trail/audit/testing";
import { otlpLog } from "@mcp-trail/formats";
import { type SealedEvent, verify } from "@mcp-trail/integrity";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { anEvent } from "../../formats/scripts/any-event.ts";
import type { ContractServer, Reply } from "./http/testing/contract-server.ts";
import { encodings } from "./otlp-logs/encodings.ts";
import { protobufOf } from "./otlp-logs/messages.ts";
import { logRecord } from "./otlp-logs/records.ts";
import { decoded } from "./otlp-logs/testing/opentelemetry-proto.ts";
import { otlpReceiver, requestIn, spoken } from "./otlp-logs/testing/otlp-receiver.ts";
import { otlpLogsSink, type OtlpLogsSinkOptions } from "./otlp-logs.ts";
import { failure } from "./testing/failure.ts";

const open: ContractServer[] = [];
afterEach(async () => {
	vi.unstubAllEnvs();
	await Promise.all(open.splice(0).map(async (server) => server.close()));
});
const { signal } = new AbortController();
const ids = (events: readonly SealedEvent[]) => events.map(({ event }) => event.id);
const both = ["protobuf", "json"] as const;

async function started(
	options: Partial<OtlpLogsSinkOptions> = {},
	kind: Parameters<typeof otlpReceiver>[0] = {},
) {
	const fake = await otlpReceiver(kind);
	open.push(fake.server);
	const sink = otlpLogsSink({ url: fake.server.url, ...options });
	return { ...fake, sink, calls: fake.server.calls };
}

describe.each(both)("otlpLogsSink in %s", (encoding) => {
	checkSink({
		test: it,
		make: async () => {
			const fake = await otlpReceiver({ refuses: encoding === "json" ? "request" : "part" });
			return {
				sink: otlpLogsSink({ url: fake.server.url, encoding }),
				// A request that is taken in part is sent again in halves: once is enough here.
				received: () => [...new Set(fake.ids())],
				fault: fake.fault,
				dispose: async () => fake.server.close(),
			};
		},
	});

	it("[sinks.otlp_bytes] the body is the stored line, and the chain verifies from what was received", async () => {
		const { sink, received } = await started({ encoding });
		const sample = sampleEvents();
		await sink.write(sample(3), signal);
		await sink.write(sample(40), signal);
		const lines = received.map(({ body }) => `${body}\n`);
		const report = await verify(Readable.from([Buffer.from(lines.join(""))]));
		expect([report.records, report.streams.length, report.faults]).toEqual([43, 1, []]);
		await sink.close?.(signal);
	});

	it.each([
		[302, "hold", "redirected"],
		[401, "hold", "unauthorized"],
		[403, "hold", "forbidden"],
		[404, "hold", "not_found"],
		[405, "hold", "request_refused"],
		[408, "retry", "request_timeout"],
		[415, "hold", "request_refused"],
		[429, "retry", "throttled"],
		[500, "hold", "otlp_failed"],
		[501, "hold", "otlp_failed"],
		[502, "retry", "server_error"],
		[503, "retry", "server_error"],
		[504, "retry", "server_error"],
	])(
		"[sinks.otlp_answers] answer %i is %s (%s), says why, and loses nothing",
		async (status, verdict, code) => {
			const { sink, ids: got, answer } = await started({ encoding });
			const events = sampleEvents()(3);
			const message = "what the server says";
			const said = spoken(encoding === "protobuf", "Status", { code: 14, message });
			answer([{ status, ...said, headers: { ...said.headers, "retry-after": "7" } }]);
			const error = await failure(sink.write(events, signal));
			expect([error.verdict, error.code, error.items]).toEqual([verdict, code, undefined]);
			expect(error.retryAfterMs).toBe(7_000);
			expect(error.message).toContain(message);
			await sink.write(events, signal);
			expect(got()).toEqual(ids(events));
			await sink.close?.(signal);
		},
	);

	it("[sinks.otlp_answers] quotes a failure in one line, and no more of it than a person reads", async () => {
		const { sink, answer } = await started({ encoding });
		const message = `first\nsecond\u001b[2J ${"x".repeat(100_000)}`;
		const said = spoken(encoding === "protobuf", "Status", { code: 13, message });
		answer([{ status: 500, ...said }]);
		const error = await failure(sink.write(sampleEvents()(1), signal));
		expect(error.message).toContain("first second [2J xxx");
		expect(error.message).toMatch(
			/^.{1,600}Read the receiver's log and what its exporters say\.$/u,
		);
		await sink.close?.(signal);
	});

	it.each([200, 202, 204])(
		"[sinks.otlp_answers] answer %i without a body or with an empty one is yes",
		async (status) => {
			const { sink, answer } = await started({ encoding });
			const empty = spoken(encoding === "protobuf", "ExportLogsServiceResponse", {
				partialSuccess: { rejectedLogRecords: 0, errorMessage: "a warning" },
			});
			answer(status === 204 ? [{ status }] : [{ status }, { status, ...empty }]);
			for (let times = 0; times < 2; times += 1) {
				await expect(sink.write(sampleEvents()(2), signal)).resolves.toBeUndefined();
			}
			await sink.close?.(signal);
		},
	);

	it.each<Reply>([
		{ status: 200, body: "<html>Sign in</html>" },
		{ status: 200, headers: { "content-type": "application/json" }, body: "[]" },
		{ status: 200, headers: { "content-type": "application/json" }, body: "nothing" },
		{
			status: 200,
			headers: { "content-type": "application/json" },
			body: { partialSuccess: { rejectedLogRecords: "many" } },
		},
		{
			status: 200,
			headers: { "content-type": "application/x-protobuf" },
			body: Uint8Array.of(0x0a, 0x09, 0x08),
		},
		{
			status: 200,
			headers: { "content-type": "application/x-protobuf" },
			body: Uint8Array.of(0x08, 0x01),
		},
	])("[sinks.otlp_answers] an answer that is none does not count as yes: %o", async (reply) => {
		const { sink, ids: got, answer } = await started({ encoding });
		const events = sampleEvents()(2);
		answer([reply]);
		const error = await failure(sink.write(events, signal));
		expect([error.verdict, error.code]).toEqual(["retry", "answer_unreadable"]);
		await sink.write(events, signal);
		expect(got()).toEqual(ids(events));
		await sink.close?.(signal);
	});

	it("[sinks.otlp_partial] of a request taken in part only the rejected record is refused; the others may come again", async () => {
		const { sink, ids: got, poison } = await started({ encoding });
		const events = sampleEvents()(9);
		poison.add(ids(events)[4] ?? "");
		const error = await failure(sink.write(events, signal));
		expect(error.items).toEqual([{ index: 4, verdict: "reject", code: "otlp_rejected" }]);
		expect(new Set(got())).toEqual(new Set(ids(events.toSpliced(4, 1))));
		await sink.close?.(signal);
	});

	it("[sinks.otlp_bisects] a request refused with 400 is halved until its poison is alone", async () => {
		const { sink, ids: got, poison } = await started({ encoding }, { refuses: "request" });
		const events = sampleEvents()(20);
		poison.add(ids(events)[13] ?? "");
		const error = await failure(sink.write(events, signal));
		expect(error.items).toEqual([{ index: 13, verdict: "reject", code: "otlp_refused" }]);
		expect(got()).toEqual(ids(events.toSpliced(13, 1)));
		await sink.close?.(signal);
	});

	it("[sinks.otlp_bisects] a receiver that refuses also a request without records holds, and makes no dead letter", async () => {
		const { sink, ids: got, always, calls } = await started({ encoding });
		const events = sampleEvents()(4);
		always({ status: 400, body: "tenant missing" });
		const error = await failure(sink.write(events, signal));
		expect([error.verdict, error.code, error.items]).toEqual([
			"hold",
			"request_refused",
			undefined,
		]);
		const last = calls.at(-1);
		expect(last && requestIn(last).resourceLogs).toEqual(encoding === "json" ? [] : undefined);
		always(undefined);
		await sink.write(events, signal);
		expect(got()).toEqual(ids(events));
		await sink.close?.(signal);
	});

	it("[sinks.otlp_limits] no request is above the limit, what the records share included; one event above it is refused", async () => {
		const resource = { "team.name": "x".repeat(5_000) };
		const options = { encoding, resource, maxRequestBytes: 12_000 };
		const { sink, ids: got, calls } = await started(options, { maxBytes: 12_000 });
		const events = sampleEvents()(30);
		await sink.write(events, signal);
		expect(got()).toEqual(ids(events));
		expect(calls.length).toBeGreaterThan(5);
		expect(Math.max(...calls.map(({ body }) => body.length))).toBeLessThanOrEqual(12_000);
		const narrow = await started({ encoding, resource, maxRequestBytes: 5_500 });
		const error = await failure(narrow.sink.write(events.slice(0, 1), signal));
		expect([error.verdict, error.code]).toEqual(["reject", "event_too_large"]);
		expect(narrow.calls).toEqual([]);
		await Promise.all([sink, narrow.sink].map(async (one) => one.close?.(signal)));
	});

	it("[sinks.otlp_repeats] after a lost answer the same ids come again, the same bytes", async () => {
		const { sink, ids: got, answer, calls } = await started({ encoding });
		const events = sampleEvents()(2);
		answer(["cut the answer"], true);
		expect((await failure(sink.write(events, signal))).verdict).toBe("retry");
		await sink.write(events, signal);
		expect(got()).toEqual([...ids(events), ...ids(events)]);
		expect(calls[0]?.body).toEqual(calls[1]?.body);
		await sink.close?.(signal);
	});

	it("[sinks.otlp_groups] records of one resource stand together; given attributes win", async () => {
		const { sink, received, calls } = await started({
			encoding,
			resource: { "service.name": "ours", "cloud.region": "eu" },
		});
		await sink.write(sampleEvents()(5), signal);
		const [call] = calls;
		expect(call && requestIn(call).resourceLogs).toHaveLength(1);
		expect(received.map(({ resource }) => resource)).toEqual(
			received.map(() => [
				{ key: "service.name", value: { stringValue: "ours" } },
				{ key: "cloud.region", value: { stringValue: "eu" } },
			]),
		);
		await sink.close?.(signal);
	});

	it("[sinks.probe] [sinks.http_canary] sends one event that says so, with every header, and no error holds one", async () => {
		vi.stubEnv("TEST_TENANT", "canary-tenant");
		const { sink, received, calls, answer } = await started({
			encoding,
			gzip: true,
			auth: { bearer: "canary-token" },
			headers: { "X-Scope-OrgID": { env: "TEST_TENANT" } },
		});
		await sink.probe?.(signal);
		expect(received.map(({ eventName }) => eventName)).toEqual(["ext.mcp-trail.probe"]);
		expect(calls[0]?.headers).toMatchObject({
			authorization: "Bearer canary-token",
			"x-scope-orgid": "canary-tenant",
			"content-encoding": "gzip",
		});
		answer([
			{ status: 401, ...spoken(false, "Status", { message: "canary-token canary-tenant" }) },
		]);
		const error = await failure(sink.probe?.(signal));
		expect([error.code, inspect(error).includes("canary")]).toEqual(["unauthorized", false]);
		await sink.close?.(signal);
	});
});

describe("otlpLogsSink", () => {
	it("[sinks.otlp_bytes] without a body sends the attributes alone", async () => {
		const { sink, received } = await started({ body: "none" });
		await sink.write(sampleEvents()(2), signal);
		expect(received.map(({ body }) => body)).toEqual([undefined, undefined]);
		await sink.close?.(signal);
	});

	it("[sinks.otlp_encodings] any event is the same message in protobuf as in JSON", () => {
		const [sealed] = sampleEvents()(1);
		if (sealed === undefined) throw new Error("no event");
		fc.assert(
			fc.property(anEvent, fc.string(), (event, name) => {
				const said = logRecord({ ...sealed, event }, "stored_line", { "team.name": name });
				const groups = (["json", "protobuf"] as const).map((form) => ({
					resource: encodings[form].resource(said.resource),
					records: [encodings[form].record(said.record), encodings[form].record(said.record)],
				}));
				const [json, protobuf] = groups;
				if (json === undefined || protobuf === undefined) throw new Error("no groups");
				const plain = JSON.parse(Buffer.from(encodings.json.request([json, json])).toString());
				const read = decoded(
					"ExportLogsServiceRequest",
					encodings.protobuf.request([protobuf, protobuf]),
				);
				expect(read).toEqual(inBase64(plain));
			}),
			{ numRuns: 40 },
		);
	});

	it("[sinks.otlp_encodings] a member that protobuf has no place for is an error, not a gap", () => {
		expect(() => protobufOf("LogRecord", { severityText: "INFO" })).toThrow("LogRecord has no");
		const [sealed] = sampleEvents()(1);
		const record = sealed && otlpLog.project(sealed.event);
		expect(Object.keys(record ?? {})).toEqual(["resource", "scopeLogs"]);
	});

	it.each([
		[{ url: "collector:4318" }, "`url`"],
		[{ url: "http://collector:4318?x=1" }, "`url`"],
		[{ path: "v1/logs" }, "`path`"],
		[{ auth: { token: "x" } }, "`auth`"],
		[{ headers: { "Content-Type": "text/plain" } }, "`headers`"],
		[{ headers: { "a b": "x" } }, "`headers`"],
		[{ headers: { "X-Tenant": "" } }, "`headers.X-Tenant`"],
		[{ headers: { Authorization: "x" }, auth: { bearer: "y" } }, "`headers`"],
		[{ encoding: "grpc" }, "`encoding`"],
		[{ body: "line" }, "`body`"],
		[{ resource: { a: 1 } }, "`resource`"],
		[{ maxRequestBytes: 0 }, "`maxRequestBytes`"],
		[{ name: "OTLP" }, "`name`"],
	])("refuses %o and names the option", (options, path) => {
		const make = () => otlpLogsSink(Object({ url: "http://127.0.0.1:1", ...options }));
		expect(make).toThrow(TypeError);
		expect(make).toThrow(path);
	});
});

/** OTLP/JSON with its hexadecimal ids in base64, as everything binary of protobuf is shown. */
function inBase64(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(inBase64);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, inner]) => [
			key,
			/^(?:traceId|spanId)$/u.test(key)
				? Buffer.from(String(inner), "hex").toString("base64")
				: inBase64(inner),
		]),
	);
}
