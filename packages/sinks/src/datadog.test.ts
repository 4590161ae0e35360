import { inspect } from "node:util";
import { checkSink, sampleEvents } from "@mcp-trail/audit/testing";
import type { SealedEvent } from "@mcp-trail/integrity";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { datadogSink, type DatadogSinkOptions } from "./datadog.ts";
import { intake } from "./datadog/testing/intake.ts";
import { cutParts } from "./http/encoded.ts";
import { checkAnswers, checkBlame, checkRepeats } from "./http/testing/check-answers.ts";
import type { ContractServer } from "./http/testing/contract-server.ts";
import { failure } from "./testing/failure.ts";

const open: ContractServer[] = [];
afterEach(async () => {
	await Promise.all(open.splice(0).map(async (server) => server.close()));
});
const { signal } = new AbortController();
const ids = (events: readonly SealedEvent[]) => events.map(({ event }) => event.id);

async function started(options: Partial<DatadogSinkOptions> = {}) {
	const fake = await intake();
	open.push(fake.server);
	return { ...fake, sink: datadogSink({ url: fake.server.url, apiKey: "key", ...options }) };
}

describe("datadogSink", () => {
	checkSink({
		test: it,
		make: async () => {
			const fake = await intake();
			return {
				sink: datadogSink({ url: fake.server.url, apiKey: "key" }),
				received: fake.ids,
				fault: fake.fault,
				dispose: async () => fake.server.close(),
			};
		},
	});

	it("[sinks.datadog_bytes] `message` is the stored line", async () => {
		const { sink, received } = await started();
		const events = sampleEvents()(3);
		await sink.write(events, signal);
		expect(received.map(({ message }) => message)).toEqual(
			events.map(({ bytes }) => Buffer.from(bytes).toString()),
		);
		await sink.close?.(signal);
	});

	const answering = {
		test: it,
		proves: "[sinks.datadog_answers]",
		started,
		reply: (status: number) => ({ status, body: { errors: ["canary"] } }),
	};
	checkAnswers(answering, [
		[200, "retry", "answer_unreadable"],
		[302, "hold", "redirected"],
		[401, "hold", "unauthorized"],
		[403, "hold", "forbidden"],
		[408, "retry", "request_timeout"],
		[429, "retry", "throttled"],
		[500, "retry", "server_error"],
		[503, "retry", "server_error"],
	]);
	checkRepeats({ ...answering, proves: "[sinks.datadog_repeats]" });
	checkBlame({ ...answering, blames: "[sinks.blames_fairly]" }, [
		[400, "event_refused"],
		[413, "too_large"],
	]);

	it("[sinks.datadog_limits] an entry that Datadog would cut is refused, its neighbours are delivered", async () => {
		const events = sampleEvents()(4);
		const long = ids(events)[2];
		const { sink, ids: got } = await started({
			format: {
				name: "test",
				mediaType: "application/json",
				project: ({ id }) => (id === long ? "x".repeat(1_000_000) : id),
			},
		});
		const error = await failure(sink.write(events, signal));
		expect(error.items).toEqual([{ index: 2, verdict: "reject", code: "event_too_large" }]);
		expect(got()).toEqual(ids(events.toSpliced(2, 1)));
		await sink.close?.(signal);
	});

	it("[sinks.http_limits] parts hold every event once, in order, within bytes and count, frame and commas included", () => {
		const [event] = sampleEvents()(1);
		if (event === undefined) throw new Error("no event");
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 60 }),
				fc.integer({ min: 52, max: 300 }),
				fc.integer({ min: 1, max: 9 }),
				(sizes, maxBytes, maxEvents) => {
					const all = sizes.map((size, index) => ({ index, event, bytes: new Uint8Array(size) }));
					const parts = cutParts(all, { maxBytes, maxEvents, frameBytes: 2, betweenBytes: 1 });
					expect(parts.flat()).toEqual(all);
					for (const [at, part] of parts.entries()) {
						const bytes = 2 + part.reduce((sum, one) => sum + one.bytes.length, part.length - 1);
						expect(bytes).toBeLessThanOrEqual(maxBytes);
						expect(part.length).toBeLessThanOrEqual(maxEvents);
						// No part is left smaller than it must be.
						const next = parts[at + 1]?.[0];
						const full =
							part.length === maxEvents || bytes + 1 + (next?.bytes.length ?? 0) > maxBytes;
						expect(next === undefined || full).toBe(true);
					}
				},
			),
		);
	});

	it("[sinks.http_canary] no error holds the key; [sinks.probe] probe proves it", async () => {
		const { sink, received } = await started();
		await sink.probe?.(signal);
		expect(received.length).toBe(1);
		const wrong = datadogSink({ url: open[0]?.url ?? "", apiKey: "canary-key" });
		const error = await failure(wrong.probe?.(signal));
		expect([error.code, inspect(error).includes("canary")]).toEqual(["forbidden", false]);
		await Promise.all([sink, wrong].map(async (one) => one.close?.(signal)));
	});

	it.each([
		[{ apiKey: "" }, "`apiKey`"],
		[{ site: "https://datadoghq.eu" }, "`site`"],
		[{ url: "relay" }, "`url`"],
		[{ tags: "" }, "`tags`"],
		[{ name: "Datadog" }, "`name`"],
	])("refuses %o and names the option", (options, path) => {
		const make = () => datadogSink(Object({ apiKey: "key", ...options }));
		expect(make).toThrow(TypeError);
		expect(make).toThrow(path);
	});
});
