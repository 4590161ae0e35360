import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { checkSink, sampleEvents } from "@mcp-trail/audit/testing";
import { ecs } from "@mcp-trail/formats";
import type { SealedEvent } from "@mcp-trail/integrity";
import { afterEach, describe, expect, it } from "vitest";
import { checkAnswers, checkRepeats } from "./http/testing/check-answers.ts";
import { type ContractServer, contractServer } from "./http/testing/contract-server.ts";
import { failure, refusals } from "./testing/failure.ts";
import { CODE, source, SOURCE_PATH } from "./sumo/testing/source.ts";
import { sumoSink, type SumoSinkOptions } from "./sumo.ts";

const open: ContractServer[] = [];
afterEach(async () => {
	await Promise.all(open.splice(0).map(async (server) => server.close()));
});
const { signal } = new AbortController();
const ids = (events: readonly SealedEvent[]) => events.map(({ event }) => event.id);

async function started(options: Partial<SumoSinkOptions> = {}) {
	const fake = await source();
	open.push(fake.server);
	return { ...fake, sink: sumoSink({ url: `${fake.server.url}${SOURCE_PATH}`, ...options }) };
}

describe("sumoSink", () => {
	checkSink({
		test: it,
		make: async () => {
			const fake = await source();
			return {
				sink: sumoSink({ url: `${fake.server.url}${SOURCE_PATH}` }),
				received: fake.ids,
				fault: fake.fault,
				dispose: async () => fake.server.close(),
			};
		},
	});

	it("[sinks.sumo_lines] a message is the stored line, compressed on the way", async () => {
		const { sink, lines, server } = await started({ gzip: true });
		const events = sampleEvents()(3);
		await sink.write(events, signal);
		expect(lines).toEqual(events.map(({ bytes }) => Buffer.from(bytes).toString()));
		expect(server.calls[0]?.headers["content-encoding"]).toBe("gzip");
		await sink.close?.(signal);
	});

	it("[sinks.sumo_lines] or the event in a format's words, under the names given", async () => {
		const fake = await contractServer(() => ({ status: 200 }));
		open.push(fake);
		const names = { category: "prod/mcp", sourceName: "tickets", sourceHost: "node-1" };
		const sink = sumoSink({ url: fake.url, format: ecs, ...names });
		const [event] = sampleEvents()(1);
		if (event === undefined) throw new Error("no event");
		await sink.write([event], signal);
		const [call] = fake.calls;
		expect(call?.body.toString()).toBe(`${JSON.stringify(ecs.project(event.event))}\n`);
		const sent = ["x-sumo-category", "x-sumo-name", "x-sumo-host"].map((of) => call?.headers[of]);
		expect(sent).toEqual(Object.values(names));
		await sink.close?.(signal);
	});

	const answering = { test: it, proves: "[sinks.sumo_answers]", started };
	checkAnswers(answering, [
		[202, "retry", "answer_unreadable"],
		[301, "hold", "redirected"],
		[400, "hold", "request_refused"],
		[401, "hold", "unauthorized"],
		[403, "hold", "forbidden"],
		[404, "hold", "not_found"],
		[408, "retry", "request_timeout"],
		[429, "retry", "throttled"],
		[500, "retry", "server_error"],
		[503, "retry", "server_error"],
		[504, "retry", "server_error"],
	]);
	checkRepeats(answering);

	it("[sinks.sumo_answers] answer 413: more are halved, and the one alone is refused", async () => {
		const { sink, ids: got, poison } = await started();
		const events = sampleEvents()(4);
		poison.add(events[2]?.event.id ?? "");
		const error = await failure(sink.write(events, signal));
		expect(error.items).toEqual([{ index: 2, verdict: "reject", code: "too_large" }]);
		expect(got()).toEqual(ids(events.toSpliced(2, 1)));
		await sink.close?.(signal);
	});

	it("[sinks.sumo_limits] a line that Sumo would break is refused, its neighbours are delivered", async () => {
		const events = sampleEvents()(3);
		const frame = JSON.stringify({ id: events[1]?.event.id, a: "" }).length;
		for (const [bytes, refused] of [
			[65_536, false],
			[65_537, true],
		] as const) {
			const { sink, ids: got } = await started({
				format: {
					name: "test",
					mediaType: "application/json",
					project: ({ id }) => ({
						id,
						a: id === events[1]?.event.id ? "x".repeat(bytes - frame) : "",
					}),
				},
			});
			const items = refused ? [{ index: 1, verdict: "reject", code: "event_too_large" }] : [];
			expect(await refusals(sink.write(events, signal))).toEqual(items);
			expect(got()).toEqual(ids(refused ? events.toSpliced(1, 1) : events));
			await sink.close?.(signal);
		}
	});

	it("[sinks.sumo_limits] no body is above 1 MB", async () => {
		const {
			sink,
			server,
			ids: got,
		} = await started({
			format: {
				name: "test",
				mediaType: "application/json",
				project: ({ id }) => ({ id, a: "x".repeat(60_000) }),
			},
		});
		const events = sampleEvents()(40);
		await sink.write(events, signal);
		const sizes = server.calls.map(({ body }) => body.length);
		expect([sizes.length, Math.max(...sizes) <= 1_000_000]).toEqual([3, true]);
		expect(got()).toEqual(ids(events));
		await sink.close?.(signal);
	});

	it("[sinks.sumo_url] the address is in no error: refused, echoed, unreachable, unreadable or invalid", async () => {
		const { server, sink } = await started();
		await sink.probe?.(signal);
		const echo = await contractServer(({ path }) => ({ status: 403, body: `${path} ${CODE}` }));
		open.push(echo);
		const gone = await contractServer(() => "cut");
		await gone.close();
		const errors: unknown[] = [];
		for (const url of [
			`${server.url}${SOURCE_PATH}x`,
			`${echo.url}${SOURCE_PATH}`,
			`${gone.url}${SOURCE_PATH}`,
			`http://no-such-host.invalid${SOURCE_PATH}`,
		]) {
			const wrong = sumoSink({ url, timeoutMs: 2_000 });
			errors.push(await failure(wrong.probe?.(signal)));
			await wrong.close?.(signal);
		}
		for (const url of [
			`ftp://host${SOURCE_PATH}`,
			`${CODE} no address`,
			`https://user:x@host${SOURCE_PATH}`,
		]) {
			expect(() => sumoSink({ url })).toThrow("`url`");
			try {
				sumoSink({ url });
			} catch (error) {
				errors.push(error);
			}
		}
		expect(errors.length).toBe(7);
		for (const error of errors) expect(inspect(error)).not.toContain("canary");
		await sink.close?.(signal);
	});

	it("[sinks.sumo_url] the address is read for each request, so that it can be rotated", async () => {
		const folder = mkdtempSync(join(tmpdir(), "sumo-"));
		const file = join(folder, "url");
		const [first, second] = [await started(), await started()];
		writeFileSync(file, `${CODE} is no address`);
		const sink = sumoSink({ url: { file } });
		const [one, two] = sampleEvents()(2).map((event) => [event]);
		const unreadable = await failure(sink.write(one ?? [], signal));
		expect([unreadable.verdict, unreadable.code]).toEqual(["hold", "secret_unreadable"]);
		expect(inspect(unreadable)).not.toContain("canary");
		writeFileSync(file, `${first.server.url}${SOURCE_PATH}\n`);
		await sink.write(one ?? [], signal);
		writeFileSync(file, `${second.server.url}${SOURCE_PATH}`);
		await sink.write(two ?? [], signal);
		expect([first.ids(), second.ids()]).toEqual([ids(one ?? []), ids(two ?? [])]);
		await sink.close?.(signal);
		expect((await failure(sink.write(one ?? [], signal))).code).toBe("closed");
		await Promise.all([first.sink, second.sink].map(async (other) => other.close?.(signal)));
		rmSync(folder, { recursive: true });
	});

	it("[sinks.probe] probe sends one event of its own", async () => {
		const { sink, probes, ids: got } = await started();
		await sink.probe?.(signal);
		expect([probes(), got()]).toEqual([1, []]);
		await sink.close?.(signal);
	});

	it.each([
		[{ url: "" }, "`url`"],
		[{ url: { path: "x" } }, "`url`"],
		[{ category: "" }, "`category`"],
		[{ sourceName: "a\nb" }, "`sourceName`"],
		[{ sourceHost: "ü" }, "`sourceHost`"],
		[{ format: { mediaType: "text/plain" } }, "`format`"],
		[{ name: "Sumo" }, "`name`"],
	])("refuses %o and names the option", (options, path) => {
		const make = () => sumoSink(Object({ url: "https://sumo.example.com/x", ...options }));
		expect(make).toThrow(TypeError);
		expect(make).toThrow(path);
	});
});
