import { inspect } from "node:util";
import { checkSink, sampleEvents } from "@mcp-trail/audit/testing";
import type { SealedEvent } from "@mcp-trail/integrity";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ContractServer } from "./http/testing/contract-server.ts";
import { webhookSink, type WebhookSinkOptions } from "./webhook.ts";
import { signature, signingKey } from "./webhook/signature.ts";
import { receiver, secret } from "./webhook/testing/receiver.ts";
import { failure } from "./testing/failure.ts";

const other = `whsec_${Buffer.alloc(24, 9).toString("base64")}`;

const open: ContractServer[] = [];
afterEach(async () => {
	vi.unstubAllEnvs();
	await Promise.all(open.splice(0).map(async (server) => server.close()));
});
const { signal } = new AbortController();
const ids = (events: readonly SealedEvent[]) => events.map(({ event }) => event.id);

async function started(options: Partial<WebhookSinkOptions> = {}) {
	const fake = await receiver();
	open.push(fake.server);
	const sink = webhookSink({ url: fake.server.url, secret, ...options });
	return { ...fake, sink, calls: fake.server.calls };
}

describe("webhookSink", () => {
	checkSink({
		test: it,
		make: async () => {
			const fake = await receiver();
			return {
				sink: webhookSink({ url: fake.server.url, secret }),
				received: fake.ids,
				fault: fake.fault,
				dispose: async () => fake.server.close(),
			};
		},
	});

	it("[sinks.webhook_signed] makes the signature of the specification's example", () => {
		// Standard Webhooks, reference libraries' test vector.
		const key = signingKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
		const body = Buffer.from('{"test": 2432232314}');
		expect(
			signature(
				{ id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1614265330, body },
				key ? [key] : [],
			),
		).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	});

	it("[sinks.webhook_bytes] posts each stored line byte for byte, under the event's id, in order", async () => {
		const { sink, received } = await started();
		const events = sampleEvents()(4);
		await sink.write(events, signal);
		expect(received).toEqual(
			events.map(({ event, bytes }) => ({ id: event.id, body: Buffer.from(bytes).toString() })),
		);
		await sink.close?.(signal);
	});

	it("[sinks.webhook_signed] signs with each of several secrets, compressed or not", async () => {
		const { sink, received, calls } = await started({ secret: [other, secret], gzip: true });
		await sink.write(sampleEvents()(1), signal);
		expect(received.length).toBe(1);
		expect(calls[0]?.headers["content-encoding"]).toBe("gzip");
		expect(String(calls[0]?.headers["webhook-signature"]).split(" ").length).toBe(2);
		const wrong = await started({ secret: other });
		expect((await failure(wrong.sink.write(sampleEvents()(1), signal))).code).toBe("unauthorized");
		await Promise.all([sink, wrong.sink].map(async (one) => one.close?.(signal)));
	});

	const answers: readonly (readonly [number, "retry" | "reject" | "hold", string])[] = [
		[301, "hold", "redirected"],
		[308, "hold", "redirected"],
		[400, "reject", "webhook_refused"],
		[401, "hold", "unauthorized"],
		[403, "hold", "forbidden"],
		[404, "hold", "not_found"],
		[405, "hold", "request_refused"],
		[407, "hold", "proxy_unauthorized"],
		[408, "retry", "request_timeout"],
		[409, "reject", "webhook_refused"],
		[410, "hold", "not_found"],
		[413, "reject", "webhook_refused"],
		[415, "hold", "request_refused"],
		[422, "reject", "webhook_refused"],
		[425, "retry", "throttled"],
		[429, "retry", "throttled"],
		[500, "retry", "server_error"],
		[502, "retry", "server_error"],
		[503, "retry", "server_error"],
		[504, "retry", "server_error"],
	];
	it.each(answers)(
		"[sinks.webhook_answers] an event answered %i is %s (%s); those before it are delivered, order is kept",
		async (status, verdict, code) => {
			const { sink, ids: got, answer } = await started();
			const events = sampleEvents()(4);
			answer([undefined, { status, headers: { location: "http://elsewhere.invalid/" } }]);
			const error = await failure(sink.write(events, signal));
			const rest = verdict === "reject" ? [] : [2, 3].map((index) => ({ index, verdict, code }));
			expect(error.items).toEqual([{ index: 1, verdict, code }, ...rest]);
			const first = error.items?.[0]?.index ?? 0;
			const expected = verdict === "reject" ? ids(events.toSpliced(first, 1)) : ids(events);
			if (verdict !== "reject") await sink.write(events.slice(first), signal);
			expect(got()).toEqual(expected);
			await sink.close?.(signal);
		},
	);

	it("[sinks.webhook_repeats] after a lost answer the event comes again with the same webhook-id", async () => {
		for (const lost of ["cut", "cut the answer", { status: 504 }] as const) {
			const { sink, ids: got, answer, calls } = await started();
			const events = sampleEvents()(1);
			answer([lost], true);
			expect((await failure(sink.write(events, signal))).verdict).toBe("retry");
			await sink.write(events, signal);
			expect(got()).toEqual([...ids(events), ...ids(events)]);
			expect(new Set(calls.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
			await sink.close?.(signal);
		}
	});

	it("[sinks.http_limits] an event above the limit is refused and not sent", async () => {
		const events = sampleEvents()(2);
		const bytes = events[1]?.bytes.byteLength ?? 0;
		const { sink, ids: got } = await started({ maxRequestBytes: bytes - 1 });
		const error = await failure(sink.write(events.slice(1), signal));
		expect([error.code, got()]).toEqual(["event_too_large", []]);
		const enough = await started({ maxRequestBytes: bytes });
		await enough.sink.write(events.slice(1), signal);
		expect(enough.ids().length).toBe(1);
		await Promise.all([sink, enough.sink].map(async (one) => one.close?.(signal)));
	});

	it("[sinks.http_canary] no error holds a secret or the path of the URL, and a secret that is none holds", async () => {
		const { server } = await started();
		vi.stubEnv("TEST_HOOK_SECRET", "canary-not-base64");
		for (const given of [{ env: "TEST_HOOK_SECRET" }, other]) {
			const sink = webhookSink({ url: `${server.url}/canary-path?k=canary`, secret: given });
			const error = await failure(sink.write(sampleEvents()(1), signal));
			expect(error.verdict).toBe("hold");
			expect(inspect(error, { depth: 9 })).not.toMatch(/canary/);
			expect(inspect(error, { depth: 9 })).not.toContain(other.slice(6));
			await sink.close?.(signal);
		}
	});

	it("[sinks.probe] probe posts one signed test event", async () => {
		const { sink, received, ids: got } = await started();
		await sink.probe?.(signal);
		expect([received.length, got()]).toEqual([1, []]);
		await sink.close?.(signal);
	});

	it.each([
		[{ url: "hooks" }, "`url`"],
		[{ secret: "hunter2" }, "`secret`"],
		[{ secret: [] }, "`secret`"],
		[{ secret: [secret, "whsec_aHVudGVyMg=="] }, "`secret`"],
		[{ auth: {} }, "`auth`"],
		[{ maxRequestBytes: 0 }, "`maxRequestBytes`"],
		[{ name: "" }, "`name`"],
	])("refuses %o and names the option, not the value", (options, path) => {
		const make = () => webhookSink(Object({ url: "http://127.0.0.1:1", secret, ...options }));
		expect(make).toThrow(TypeError);
		expect(make).toThrow(path);
		expect(make).not.toThrow(/hunter2|aHVudGVyMg/);
	});
});
