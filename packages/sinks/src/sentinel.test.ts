import { inspect } from "node:util";
import { checkSink, sampleEvents } from "@mcp-trail/audit/testing";
import { asim } from "@mcp-trail/formats";
import type { SealedEvent } from "@mcp-trail/integrity";
import { afterEach, describe, expect, it } from "vitest";
import { checkAnswers, checkBlame, checkRepeats } from "./http/testing/check-answers.ts";
import type { ContractServer } from "./http/testing/contract-server.ts";
import { failure, refusals } from "./testing/failure.ts";
import { clouds } from "./sentinel/clouds.ts";
import { azure, INGESTION_PATH, optionsFor } from "./sentinel/testing/azure.ts";
import { sentinelSink, type SentinelSinkOptions } from "./sentinel.ts";

const open: ContractServer[] = [];
afterEach(async () => {
	await Promise.all(open.splice(0).map(async (server) => server.close()));
});
const { signal } = new AbortController();
const ids = (events: readonly SealedEvent[]) => events.map(({ event }) => event.id);

async function started(options: Partial<SentinelSinkOptions> = {}, cloud = {}) {
	const fake = await azure(cloud);
	open.push(fake.server);
	const sink = sentinelSink({ ...optionsFor(fake.server.url), ...options });
	return { ...fake, sink };
}

describe("sentinelSink", () => {
	checkSink({
		test: it,
		make: async () => {
			const fake = await azure();
			return {
				sink: sentinelSink(optionsFor(fake.server.url)),
				received: fake.ids,
				fault: fake.fault,
				dispose: async () => fake.server.close(),
			};
		},
	});

	it("[sinks.sentinel_rows] sends rows of ASIM AuditEvent, and nothing else, with one token", async () => {
		const { sink, rows, forms } = await started();
		const events = sampleEvents()(3);
		await sink.write(events, signal);
		await sink.write(events.slice(0, 1), signal);
		const expected = [...events, ...events.slice(0, 1)].map(({ event }) => asim.project(event));
		expect(rows).toEqual(expected);
		expect(forms.length).toBe(1);
		await sink.close?.(signal);
	});

	it.each(Object.entries(clouds))(
		"[sinks.sentinel_rows] asks the cloud %s for a token of its own scope",
		async (cloud, { scope }) => {
			const { sink, ids: got } = await started(Object({ cloud }), { scope });
			const events = sampleEvents()(1);
			await sink.write(events, signal);
			expect(got()).toEqual(ids(events));
			await sink.close?.(signal);
		},
	);

	it("[sinks.sentinel_rows] a federated token stands for the secret", async () => {
		const { sink, forms } = await started({
			clientSecret: undefined,
			clientAssertion: "secret",
		} as object);
		await sink.write(sampleEvents()(1), signal);
		expect(forms[0]?.get("client_assertion_type")).toBe(
			"urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
		);
		expect(forms[0]?.has("client_secret")).toBe(false);
		await sink.close?.(signal);
	});

	const answering = {
		test: it,
		proves: "[sinks.sentinel_answers]",
		started,
		reply: (status: number, code: string) => ({
			status,
			body: { error: { code, message: "canary-event" } },
		}),
	};
	checkAnswers(answering, [
		[200, "retry", "answer_unreadable"],
		[307, "hold", "redirected"],
		[403, "hold", "forbidden"],
		[404, "hold", "not_found"],
		[408, "retry", "request_timeout"],
		[429, "retry", "throttled"],
		[500, "retry", "server_error"],
		[502, "retry", "server_error"],
		[503, "retry", "server_error"],
	]);
	checkRepeats(answering);
	checkBlame({ ...answering, blames: "[sinks.blames_fairly]" }, [
		[400, "event_refused", "InvalidData"],
		[413, "too_large"],
	]);

	it("[sinks.sentinel_answers] answer 401: a new token, once, then it holds", async () => {
		const { sink, ids: got, forgetTokens, forms, answer } = await started();
		const events = sampleEvents()(2);
		await sink.write(events.slice(0, 1), signal);
		forgetTokens();
		await sink.write(events.slice(1), signal);
		expect([got(), forms.length]).toEqual([ids(events), 2]);
		answer([{ status: 401 }, { status: 401 }]);
		const error = await failure(sink.write(events, signal));
		expect([error.verdict, error.code, forms.length]).toEqual(["hold", "unauthorized", 3]);
		await sink.close?.(signal);
	});

	it("[sinks.sentinel_answers] after 403 a new token is asked for, because rights are given in it", async () => {
		const { sink, forms, answer } = await started();
		answer([{ status: 403 }]);
		await failure(sink.write(sampleEvents()(1), signal));
		await sink.write(sampleEvents()(1), signal);
		expect(forms.length).toBe(2);
		await sink.close?.(signal);
	});

	it("[sinks.blames_fairly] an event alone is refused only once the probe event is taken in its place", async () => {
		const { sink, probes, poison, answer } = await started();
		const [bad] = sampleEvents()(1);
		if (bad === undefined) throw new Error("no event");
		poison.add(bad.event.id);
		const refused = await failure(sink.write([bad], signal));
		expect([refused.verdict, refused.code, probes()]).toEqual(["reject", "event_refused", 1]);
		const no = { status: 400, body: { error: { code: "InvalidStream" } } };
		answer([no, no]);
		const held = await failure(sink.write([bad], signal));
		expect([held.verdict, held.code]).toEqual(["hold", "refuses_all"]);
		expect(held.message).toContain("InvalidStream");
		await sink.close?.(signal);
	});

	it("[sinks.sentinel_limits] a field that Azure would cut is refused, its neighbours are delivered", async () => {
		const events = sampleEvents()(4);
		const long = ids(events)[2];
		const filler = { max: 65_536, over: 65_537 };
		for (const [size, refused] of [
			[filler.max, []],
			[filler.over, [{ index: 2, verdict: "reject", code: "event_too_large" }]],
		] as const) {
			const { sink, ids: got } = await started({
				format: {
					name: "test",
					mediaType: "application/json",
					project: ({ id }) => ({
						EventUid: id,
						a: id === long ? "é".repeat(size / 2) + "x".repeat(size % 2) : "",
					}),
				},
			});
			expect(await refusals(sink.write(events, signal))).toEqual(refused);
			expect(got()).toEqual(ids(refused.length === 0 ? events : events.toSpliced(2, 1)));
			await sink.close?.(signal);
		}
	});

	it("[sinks.sentinel_limits] no body is above 1 MB, compressed or not", async () => {
		const {
			sink,
			server,
			ids: got,
		} = await started({
			format: {
				name: "test",
				mediaType: "application/json",
				project: ({ id }) => ({ EventUid: id, a: "x".repeat(60_000) }),
			},
		});
		const events = sampleEvents()(40);
		await sink.write(events, signal);
		const bodies = server.calls
			.filter(({ path }) => path === INGESTION_PATH)
			.map(({ body }) => body.length);
		expect(Math.max(...bodies)).toBeLessThanOrEqual(1_000_000);
		expect(bodies.length).toBe(3);
		expect(got()).toEqual(ids(events));
		await sink.close?.(signal);
	});

	it("[sinks.token] a write stops waiting for a token when it is called off", async () => {
		const { sink, answerTokens } = await started();
		answerTokens(["hang"]);
		const controller = new AbortController();
		const writing = failure(sink.write(sampleEvents()(1), controller.signal));
		setTimeout(() => controller.abort(), 20);
		expect((await writing).code).toBe("aborted");
		await sink.close?.(signal);
	});

	it("[sinks.probe] probe writes one row of its own, and holds where it is refused", async () => {
		const { sink, probes, ids: got, answer } = await started();
		await sink.probe?.(signal);
		expect([probes(), got()]).toEqual([1, []]);
		answer([{ status: 400 }]);
		expect((await failure(sink.probe?.(signal))).code).toBe("refuses_all");
		await sink.close?.(signal);
	});

	it("[sinks.http_canary] no error holds the secret or the token", async () => {
		const { sink, server, answer } = await started();
		const wrong = sentinelSink({ ...optionsFor(server.url), clientSecret: "canary-secret" });
		const refused = await failure(wrong.probe?.(signal));
		expect([refused.verdict, refused.code]).toEqual(["hold", "token_refused"]);
		expect(refused.message).toMatch(/Microsoft Entra .*AADSTS7000215.*Check them/u);
		expect(inspect(refused)).not.toContain("canary");
		answer([{ status: 403, body: { error: { code: "no", message: "token-1 may not" } } }]);
		const forbidden = await failure(sink.probe?.(signal));
		expect(forbidden.message).toContain("[secret] may not");
		await Promise.all([sink, wrong].map(async (one) => one.close?.(signal)));
	});

	it.each([
		[{ url: "dce" }, "`url`"],
		[{ ruleId: "rule" }, "`ruleId`"],
		[{ stream: "Custom-a/b" }, "`stream`"],
		[{ tenantId: "../x" }, "`tenantId`"],
		[{ clientId: "" }, "`clientId`"],
		[{ clientSecret: "" }, "`clientSecret`"],
		[{ clientSecret: undefined }, "`clientSecret`"],
		[{ clientAssertion: "a" }, "`clientAssertion`"],
		[{ cloud: "moon" }, "`cloud`"],
		[{ loginUrl: "login" }, "`loginUrl`"],
		[{ format: { mediaType: "text/plain" } }, "`format`"],
		[{ name: "Sentinel" }, "`name`"],
	])("refuses %o and names the option", (options, path) => {
		const make = () =>
			sentinelSink(Object({ ...optionsFor("https://dce.example.com"), ...options }));
		expect(make).toThrow(TypeError);
		expect(make).toThrow(path);
	});
});
