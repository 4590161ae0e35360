import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { checkSink, sampleEvents } from "@mcp-trail/audit/testing";
import { udm } from "@mcp-trail/formats";
import type { SealedEvent } from "@mcp-trail/integrity";
import { afterEach, describe, expect, it } from "vitest";
import { checkAnswers, checkBlame, checkRepeats } from "./http/testing/check-answers.ts";
import type { ContractServer } from "./http/testing/contract-server.ts";
import { failure } from "./testing/failure.ts";
import {
	google,
	googleError,
	IMPORT_PATH,
	keyFile,
	newKey,
	optionsFor,
} from "./secops/testing/google.ts";
import { secopsSink } from "./secops.ts";

const open: ContractServer[] = [];
afterEach(async () => {
	await Promise.all(open.splice(0).map(async (server) => server.close()));
});
const { signal } = new AbortController();
const ids = (events: readonly SealedEvent[]) => events.map(({ event }) => event.id);

async function started(options: object = {}) {
	const fake = await google();
	open.push(fake.server);
	const sink = secopsSink(Object({ ...optionsFor(fake.server.url), ...options }));
	return { ...fake, sink };
}

describe("secopsSink", () => {
	checkSink({
		test: it,
		make: async () => {
			const fake = await google();
			return {
				sink: secopsSink(optionsFor(fake.server.url)),
				received: fake.ids,
				fault: fake.fault,
				dispose: async () => fake.server.close(),
			};
		},
	});

	it("[sinks.secops_events] sends UDM events, uncompressed, with one token of its key", async () => {
		const { sink, events: got, grants, server } = await started();
		const events = sampleEvents()(3);
		await sink.write(events, signal);
		await sink.write(events.slice(0, 1), signal);
		const expected = [...events, ...events.slice(0, 1)].map(({ event }) => udm.project(event));
		expect(got).toEqual(expected);
		expect(grants()).toBe(1);
		const encodings = server.calls.map(({ headers }) => headers["content-encoding"]);
		expect(encodings.filter((encoding) => encoding !== undefined)).toEqual([]);
		await sink.close?.(signal);
	});

	it("[sinks.secops_events] the region's endpoint is the default", async () => {
		const { sink } = await started({ url: undefined });
		const error = await failure(sink.write(sampleEvents()(1), AbortSignal.abort()));
		expect(error.message).toContain("https://eu-chronicle.googleapis.com");
		await sink.close?.(signal);
	});

	it("[sinks.secops_events] a token that something else renews is read for each request", async () => {
		const folder = mkdtempSync(join(tmpdir(), "secops-"));
		const file = join(folder, "token");
		writeFileSync(file, "given\n");
		const {
			sink,
			valid,
			ids: got,
			grants,
		} = await started({
			credentials: undefined,
			token: { file },
		});
		const events = sampleEvents()(2);
		await sink.write(events.slice(0, 1), signal);
		valid.clear();
		const error = await failure(sink.write(events.slice(1), signal));
		expect([error.verdict, error.code]).toEqual(["hold", "unauthorized"]);
		valid.add("renewed");
		writeFileSync(file, "renewed");
		await sink.write(events.slice(1), signal);
		expect([got(), grants()]).toEqual([ids(events), 0]);
		await sink.close?.(signal);
		rmSync(folder, { recursive: true });
	});

	const answering = {
		test: it,
		proves: "[sinks.secops_answers]",
		started,
		reply: googleError,
	};
	checkAnswers(answering, [
		[204, "retry", "answer_unreadable"],
		[302, "hold", "redirected"],
		[400, "hold", "request_refused", "FAILED_PRECONDITION"],
		[403, "hold", "forbidden", "PERMISSION_DENIED"],
		[404, "hold", "not_found", "NOT_FOUND"],
		[408, "retry", "request_timeout"],
		[409, "retry", "client_error", "ABORTED"],
		[429, "retry", "throttled", "RESOURCE_EXHAUSTED"],
		[499, "retry", "client_error", "CANCELLED"],
		[500, "retry", "server_error", "INTERNAL"],
		[501, "retry", "server_error", "UNIMPLEMENTED"],
		[503, "retry", "server_error", "UNAVAILABLE"],
		[504, "retry", "server_error", "DEADLINE_EXCEEDED"],
	]);
	checkRepeats(answering);
	checkBlame({ ...answering, blames: "[sinks.blames_fairly]" }, [
		[400, "event_refused", "INVALID_ARGUMENT"],
		[413, "too_large"],
	]);

	it("[sinks.secops_answers] answer 401: a new token, once, then it holds", async () => {
		const { sink, ids: got, valid, grants, answer } = await started();
		const events = sampleEvents()(2);
		await sink.write(events.slice(0, 1), signal);
		valid.clear();
		await sink.write(events.slice(1), signal);
		expect([got(), grants()]).toEqual([ids(events), 2]);
		const no = googleError(401, "UNAUTHENTICATED");
		answer([no, no]);
		const thrown = await failure(sink.write(events, signal));
		expect([thrown.verdict, thrown.code, grants()]).toEqual(["hold", "unauthorized", 3]);
		await sink.close?.(signal);
	});

	it("[sinks.http_limits] no body to Google is above 1 MB", async () => {
		const { sink, server, ids: got } = await started();
		const events = sampleEvents()(1_200);
		await sink.write(events, signal);
		const bodies = server.calls
			.filter(({ path }) => path === IMPORT_PATH)
			.map(({ body }) => body.length);
		expect(bodies.length).toBeGreaterThan(1);
		expect(Math.max(...bodies)).toBeLessThanOrEqual(1_000_000);
		expect(got()).toEqual(ids(events));
		await sink.close?.(signal);
	});

	it.each([
		["a key that Google does not know", () => keyFile(newKey()), "token_refused"],
		["no key file", () => "canary-text", "secret_unreadable"],
		[
			"another kind of key file",
			() => keyFile(undefined, { type: "authorized_user" }),
			"secret_unreadable",
		],
		[
			"a key without its account",
			() => keyFile(undefined, { client_email: "" }),
			"secret_unreadable",
		],
		["a broken key", () => keyFile(undefined, { private_key: "canary" }), "secret_unreadable"],
	])("[sinks.http_canary] %s holds, and no error shows it", async (_, credentials, code) => {
		const value = credentials();
		const { sink } = await started({ credentials: value });
		const thrown = await failure(sink.probe?.(signal));
		expect([thrown.verdict, thrown.code]).toEqual(["hold", code]);
		const shown = inspect(thrown);
		expect(shown).not.toMatch(/canary|PRIVATE|eyJ/u);
		expect(shown).not.toContain(value.slice(0, 30));
		await sink.close?.(signal);
	});

	it("[sinks.token] an elliptic key holds: Google takes RS256 only", async () => {
		const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
		const { sink } = await started({ credentials: keyFile(privateKey) });
		expect((await failure(sink.probe?.(signal))).message).toContain("not RSA");
		await sink.close?.(signal);
	});

	it("[sinks.probe] probe sends one event of its own", async () => {
		const { sink, probes, answer } = await started();
		await sink.probe?.(signal);
		expect(probes()).toBe(1);
		answer([googleError(400, "INVALID_ARGUMENT")]);
		expect((await failure(sink.probe?.(signal))).code).toBe("refuses_all");
		await sink.close?.(signal);
	});

	it.each([
		[{ project: "../x" }, "`project`"],
		[{ region: "EU/" }, "`region`"],
		[{ instance: "acme" }, "`instance`"],
		[{ credentials: "" }, "`credentials`"],
		[{ credentials: undefined }, "`credentials`"],
		[{ token: "t" }, "`token`"],
		[{ url: "chronicle" }, "`url`"],
		[{ tokenUrl: "oauth2" }, "`tokenUrl`"],
		[{ name: "SecOps" }, "`name`"],
	])("refuses %o and names the option", (options, path) => {
		const make = () => secopsSink(Object({ ...optionsFor("https://x.example.com"), ...options }));
		expect(make).toThrow(TypeError);
		expect(make).toThrow(path);
	});
});
