import Module from "node:module";
import { inspect } from "node:util";
import { checkSink, sampleEvents, type SinkFaultKind } from "@mcp-trail/audit/testing";
import { ocsf18, rfc5424 } from "@mcp-trail/formats";
import { type SealedEvent, sealer } from "@mcp-trail/integrity";
import fc from "fast-check";
import { parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openSinks, parseSinksConfig } from "./config.ts";
import type { Reply } from "./http/testing/contract-server.ts";
import { wordOf } from "./s3/objects.ts";
import { s3Codes } from "./s3/s3-faults.ts";
import { type FakeBucket, fakeBucket, KEYS, linesOf, s3Error } from "./s3/testing/fake-bucket.ts";
import { type ResolvedAwsKeys, s3Sink, type S3SinkOptions } from "./s3.ts";
import { securityLakeSink } from "./security-lake.ts";
import { failure } from "./testing/failure.ts";

const { signal } = new AbortController();
const open: FakeBucket[] = [];
afterEach(async () => {
	vi.unstubAllEnvs();
	vi.restoreAllMocks();
	await Promise.all(open.splice(0).map(async (fake) => fake.close()));
});

const sinkOf = (fake: FakeBucket, options: Partial<S3SinkOptions> = {}) =>
	s3Sink({
		bucket: "audit",
		region: "eu-central-1",
		endpoint: fake.server.url,
		credentials: KEYS,
		...options,
	});

async function started(options: Partial<S3SinkOptions> = {}) {
	const fake = await fakeBucket();
	open.push(fake);
	return { ...fake, fake, sink: sinkOf(fake, options) };
}

const ids = (events: readonly SealedEvent[]) => events.map(({ event }) => event.id);
const idsOf = (fake: Pick<FakeBucket, "objects">): readonly string[] =>
	linesOf(fake).map((line) => JSON.parse(line).id);
const keysOf = ({ objects }: Pick<FakeBucket, "objects">) => [...objects.keys()];

/** Events of one stream at the times given. */
function eventsAt(...times: readonly string[]): readonly SealedEvent[] {
	const [sample] = sampleEvents()(1);
	if (sample === undefined) throw new Error("no sample");
	const { integrity: _, ...event } = sample.event;
	const chain = sealer(sample.stream);
	return times.map((time, index) =>
		chain.seal({ ...event, id: event.id.slice(0, -2) + String(10 + index), time }),
	);
}

const atMinute = (minute: number): string => `2026-11-21T10:0${minute}:00.000Z`;

describe("s3Sink", () => {
	checkSink({
		test: it,
		cannot: ["poison"],
		make: async () => {
			const fake = await fakeBucket();
			return {
				sink: sinkOf(fake),
				received: () => idsOf(fake),
				fault: (kind: SinkFaultKind | "none") => {
					fake.always(
						kind === "down" ? s3Error(503, "SlowDown") : kind === "silent" ? "hang" : undefined,
					);
				},
				dispose: fake.close,
			};
		},
	});

	it("[sinks.s3_bytes] an object holds the stored lines byte for byte, under a key of day, stream and first sequence", async () => {
		const { sink, objects, fake } = await started();
		const events = eventsAt("2026-11-21T10:00:00.000Z", "2026-11-21T11:00:00.000Z");
		await sink.write(events, signal);
		expect(linesOf(fake)).toEqual(events.map(({ bytes }) => Buffer.from(bytes).toString()));
		const [[key, { headers }] = ["", { headers: {} }]] = objects;
		const { stream = "" } = events[0] ?? {};
		expect(key).toBe(`mcp-audit/day=2026-11-21/${stream}-0000000000000001.ndjson.gz`);
		expect(headers).toMatchObject({
			"content-type": "application/gzip",
			"x-amz-meta-mcp-trail-last": "2",
			"x-amz-meta-mcp-trail-events": "2",
			"x-amz-meta-mcp-trail-last-hash": events[1]?.hash,
		});
		await sink.close?.(signal);
	});

	it("[sinks.s3_bytes] each event stands in the folder of its own day, also when the clock steps back", async () => {
		const { sink, fake } = await started({ gzip: false, prefix: "" });
		const days = ["20", "21", "20", "22"].map((day) => `2026-11-${day}T23:59:59.999Z`);
		const events = eventsAt(...days);
		await sink.write(events, signal);
		const { stream = "" } = events[0] ?? {};
		expect(keysOf(fake)).toEqual([
			`day=2026-11-20/${stream}-0000000000000001.ndjson`,
			`day=2026-11-21/${stream}-0000000000000002.ndjson`,
			`day=2026-11-22/${stream}-0000000000000004.ndjson`,
		]);
		expect(idsOf(fake).toSorted()).toEqual(ids(events).toSorted());
		await sink.close?.(signal);
	});

	it("[sinks.s3_resend] property: after crashes nothing is lost, and each event is in one object unless a life reads less than the one before and dies too", async () => {
		const { sink, fake, objects } = await started();
		const cutsOfLife = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 });
		await fc.assert(
			fc.asyncProperty(
				// Hours between events, so that days lie in between.
				fc.array(fc.integer({ min: -20, max: 30 }), { minLength: 1, maxLength: 14 }),
				fc.array(cutsOfLife, { maxLength: 4 }),
				fc.boolean(),
				async (gaps, lives, mayReadLess) => {
					objects.clear();
					let hour = 0;
					const times = gaps.map((gap) => {
						hour += gap;
						return new Date(Date.UTC(2026, 10, 15) + hour * 3_600_000).toISOString();
					});
					const events = eventsAt(...times);
					let committed = 0;
					let uncommitted = 0;
					for (const cuts of [...lives, [events.length]]) {
						const life = sinkOf(fake);
						let at = committed;
						for (const [index, asked] of cuts.entries()) {
							const cut = index === 0 && !mayReadLess ? Math.max(asked, uncommitted) : asked;
							const batch = events.slice(at, at + cut);
							if (batch.length === 0) break;
							await life.write(batch, signal);
							at += batch.length;
							uncommitted = batch.length;
							// The last batch of a life is at the destination and was not committed.
							if (index < cuts.length - 1) {
								committed = at;
								uncommitted = 0;
							}
						}
						await life.close?.(signal);
					}
					const got = idsOf(fake);
					expect(new Set(got)).toEqual(new Set(ids(events)));
					const once = mayReadLess ? events.length : got.length;
					expect(once).toBe(events.length);
				},
			),
			{ numRuns: 60 },
		);
		await sink.close?.(signal);
	});

	it("[sinks.s3_resend] a batch that was cut otherwise before goes on behind the object that is there", async () => {
		const { fake, objects } = await started();
		const events = sampleEvents()(9);
		const write = async (from: number, to: number): Promise<void> => {
			const life = sinkOf(fake);
			await life.write(events.slice(from, to), signal);
			await life.close?.(signal);
		};
		await write(0, 4);
		await write(0, 6);
		expect(objects.size).toBe(2);
		await write(0, 9);
		expect(objects.size).toBe(3);
		expect(idsOf(fake)).toEqual(ids(events));
		const before = [...objects];
		// The whole trail again, in smaller pieces: within one object the next batch is known to be there.
		const life = sinkOf(fake);
		for (let at = 0; at < 9; at += 1) await life.write(events.slice(at, at + 1), signal);
		expect([...objects]).toEqual(before);
		await life.close?.(signal);
	});

	it("[sinks.s3_resend] after a lost answer the same object is found to be there, and nothing is written", async () => {
		const { sink, fake, objects, server, answer } = await started();
		const events = sampleEvents()(3);
		answer(["cut"], true);
		expect((await failure(sink.write(events, signal))).verdict).toBe("retry");
		expect(objects.size).toBe(1);
		await sink.write(events, signal);
		expect([objects.size, idsOf(fake)]).toEqual([1, ids(events)]);
		expect(server.calls.map(({ method }) => method)).toEqual(["PUT", "PUT", "HEAD"]);
		await sink.write(events, signal);
		expect(server.calls).toHaveLength(3);
		await sink.close?.(signal);
	});

	it("[sinks.s3_differs] an object of somebody else, or a cut one, holds the lane and is left as it is", async () => {
		const { sink, objects } = await started();
		const events = sampleEvents()(3);
		await sink.write(events, signal);
		const [[key, kept] = ["", undefined]] = objects;
		if (kept === undefined) throw new Error("no object");
		for (const changed of [
			{ ...kept, body: kept.body.subarray(1) },
			{ ...kept, headers: { ...kept.headers, "x-amz-meta-mcp-trail-first-hash": "sha256:0" } },
			{ ...kept, headers: {} },
		]) {
			objects.set(key, changed);
			const life = sinkOf(open.at(-1) as FakeBucket);
			const error = await failure(life.write(events, signal));
			expect([error.verdict, error.code, error.message.includes(key)]).toEqual([
				"hold",
				"object_differs",
				true,
			]);
			expect(objects.get(key)).toBe(changed);
			await life.close?.(signal);
		}
		await sink.close?.(signal);
	});

	it("[sinks.s3_differs] an object that says it reaches further than its hashes show is not taken at its word", async () => {
		const { sink, objects, fake } = await started();
		const events = sampleEvents()(4);
		await sink.write(events.slice(0, 1), signal);
		const [[key, kept] = ["", undefined]] = objects;
		if (kept === undefined) throw new Error("no object");
		for (const [last, events_] of [
			["3", "3"],
			["99", "2"],
		] as const) {
			const said = { "x-amz-meta-mcp-trail-last": last, "x-amz-meta-mcp-trail-events": events_ };
			objects.clear();
			objects.set(key, { ...kept, headers: { ...kept.headers, ...said } });
			const life = sinkOf(fake);
			await life.write(events, signal);
			expect(idsOf(fake)).toEqual(ids(events));
			await life.close?.(signal);
		}
		await sink.close?.(signal);
	});

	it("[sinks.s3_differs] an object that goes on with other events than ours holds the lane at its end", async () => {
		const { sink, objects, fake } = await started();
		// Two recorders that were one, such as a copied machine: the same stream, the same beginning.
		const ours = eventsAt(atMinute(1), atMinute(2), atMinute(3), atMinute(4));
		const chain = sealer(ours[0]?.stream ?? "");
		const theirs = ours.map(({ event: stored }, index) => {
			const { integrity, ...event } = stored;
			const same = integrity.sequence <= 2;
			return chain.seal(same ? event : { ...event, time: atMinute(index + 5) });
		});
		expect(theirs[1]?.hash).toBe(ours[1]?.hash);
		await sink.write(theirs, signal);
		const before = [...objects];
		const life = sinkOf(fake);
		await life.write(ours.slice(0, 2), signal);
		const error = await failure(life.write(ours.slice(2), signal));
		expect([error.verdict, error.code]).toEqual(["hold", "object_differs"]);
		expect(error.message).toContain(before[0]?.[0] ?? "no key");
		expect([...objects]).toEqual(before);
		await life.close?.(signal);
		await sink.close?.(signal);
	});

	it("[sinks.s3_resend] without the right to read an object is believed by its name, which then says where it ends", async () => {
		const { sink, fake, objects, server, answer } = await started({ existing: "trust" });
		const events = sampleEvents()(5);
		answer(["cut"], true);
		await failure(sink.write(events.slice(0, 3), signal));
		await sink.write(events.slice(0, 3), signal);
		const life = sinkOf(fake, { existing: "trust" });
		await life.write(events, signal);
		expect(keysOf(fake).map((key) => key.slice(-44))).toEqual([
			"-0000000000000001-0000000000000003.ndjson.gz",
			"-0000000000000001-0000000000000005.ndjson.gz",
		]);
		expect(new Set(idsOf(fake))).toEqual(new Set(ids(events)));
		expect(server.calls.every(({ method }) => method === "PUT")).toBe(true);
		expect(objects.size).toBe(2);
		await Promise.all([sink, life].map(async (one) => one.close?.(signal)));
	});

	it("[sinks.s3_answers] an object that may not be read holds the lane, with the remedy", async () => {
		const { sink, answer } = await started();
		answer([s3Error(412, "PreconditionFailed"), { status: 403 }]);
		const error = await failure(sink.write(sampleEvents()(1), signal));
		expect([error.verdict, error.code]).toEqual(["hold", "object_unreadable"]);
		expect(error.message).toContain("s3:GetObject");
		await sink.close?.(signal);
	});

	const statuses: Readonly<Record<string, number>> = {
		BadDigest: 400,
		NoSuchBucket: 404,
		InternalError: 500,
		SlowDown: 503,
		ServiceUnavailable: 503,
		NotImplemented: 501,
		ConditionalRequestConflict: 409,
		OperationAborted: 409,
	};
	const WRONG_REGION = new Set(["AuthorizationHeaderMalformed"]);
	it.each([
		...Object.entries(s3Codes).map(([code, { verdict }]): [Reply, string, string] => [
			s3Error(statuses[code] ?? 400, code),
			verdict,
			WRONG_REGION.has(code) ? "wrong_region" : wordOf(code),
		]),
		[{ status: 200 }, "retry", "answer_unreadable"] as [Reply, string, string],
		[{ status: 204 }, "retry", "answer_unreadable"],
		[{ status: 400 }, "hold", "request_refused"],
		[s3Error(400, "Unheard"), "hold", "request_refused"],
		[{ status: 403 }, "hold", "forbidden"],
		[{ status: 404 }, "hold", "not_found"],
		[{ status: 409 }, "retry", "client_error"],
		[{ status: 429 }, "retry", "throttled"],
		[{ status: 500, body: "<Error><Code>" }, "retry", "server_error"],
		[{ status: 503 }, "retry", "server_error"],
		[{ status: 507 }, "retry", "server_error"],
		["cut", "retry", "connection_failed"],
		["cut the answer", "retry", "connection_failed"],
	] as [Reply, string, string][])(
		"[sinks.s3_answers] %j is %s (%s) and loses nothing",
		async (reply, verdict, code) => {
			const { sink, fake, answer } = await started();
			const events = sampleEvents()(2);
			answer([reply]);
			const error = await failure(sink.write(events, signal));
			expect([error.verdict, error.code, error.items]).toEqual([verdict, code, undefined]);
			await sink.write(events, signal);
			expect(idsOf(fake)).toEqual(ids(events));
			await sink.close?.(signal);
		},
	);

	it.each([301, 307])(
		"[sinks.s3_answers] answer %i names the bucket's region and follows nothing",
		async (status) => {
			const { sink, server, answer } = await started();
			const headers = { location: "http://127.0.0.1:1/", "x-amz-bucket-region": "us-west-2" };
			answer([{ status, headers }]);
			const error = await failure(sink.write(sampleEvents()(1), signal));
			expect([error.verdict, error.code]).toEqual(["hold", "wrong_region"]);
			expect(error.message).toContain("us-west-2");
			expect(server.calls).toHaveLength(1);
			await sink.close?.(signal);
		},
	);

	it("[sinks.s3_retention] every object carries the retention and the key asked for", async () => {
		const objectLock = { mode: "COMPLIANCE", days: 30 } as const;
		const { sink, objects } = await started({ objectLock, kmsKeyId: "alias/audit" });
		await sink.write(sampleEvents()(1), signal);
		const [{ headers } = { headers: {} as Record<string, string> }] = objects.values();
		expect(headers).toMatchObject({
			"x-amz-object-lock-mode": "COMPLIANCE",
			"x-amz-server-side-encryption": "aws:kms",
			"x-amz-server-side-encryption-aws-kms-key-id": "alias/audit",
		});
		const until = Date.parse(headers["x-amz-object-lock-retain-until-date"] ?? "");
		expect(Math.abs(until - Date.now() - 30 * 86_400_000)).toBeLessThan(60_000);
		await sink.close?.(signal);
	});

	it("[sinks.s3_formats] writes another format line by line, and refuses only what it cannot say", async () => {
		const events = sampleEvents()(5);
		const bad = ids(events)[2];
		const { sink, fake, objects } = await started({
			format: {
				...ocsf18,
				project: (event) => {
					if (event.id === bad) throw new Error("no");
					return ocsf18.project(event);
				},
			},
		});
		const error = await failure(sink.write(events, signal));
		expect(error.items).toEqual([{ index: 2, verdict: "reject", code: "event_unprojectable" }]);
		expect(linesOf(fake).map((line) => JSON.parse(line).metadata.uid)).toEqual(
			ids(events.toSpliced(2, 1)),
		);
		// No object reaches over the event that is missing.
		expect(
			[...objects.values()].map(({ headers }) => headers["x-amz-meta-mcp-trail-last"]),
		).toEqual(["2", "5"]);
		expect(() => sinkOf(fake, { format: rfc5424 })).toThrow("`format`");
		await sink.close?.(signal);
	});

	it("[sinks.s3_formats] Parquet holds the fields as columns and the stored line", async () => {
		const { sink, objects } = await started({ format: "parquet" });
		const events = sampleEvents()(3);
		await sink.write(events, signal);
		const [[key, { body }] = ["", { body: Buffer.of() }]] = objects;
		expect(key).toMatch(/-0000000000000001\.parquet$/u);
		const file = new Uint8Array(body).buffer;
		const rows = await parquetReadObjects({ file, compressors });
		expect(rows).toHaveLength(3);
		expect(rows[1]).toMatchObject({
			id: events[1]?.event.id,
			time: new Date(events[1]?.event.time ?? ""),
			method: "tools/call",
			outcome_status: "success",
			target_kind: "tool",
			sequence: 2n,
			line: Buffer.from(events[1]?.bytes ?? []).toString(),
		});
		await sink.close?.(signal);
	});

	it("[sinks.config_errors] Parquet without its package is told at opening, by code and configuration alike", async () => {
		const remedy = "needs a package that is not installed. Run `npm install hyparquet-writer@0`.";
		const bucket = { bucket: "audit", region: "eu-central-1" };
		// How Node finds packages, as if this one were not installed.
		const nodeModule = Object(Module);
		const find = nodeModule["_resolveFilename"];
		const missing = vi.spyOn(nodeModule, "_resolveFilename").mockImplementation((...args) => {
			if (args[0] !== "hyparquet-writer") return find(...args);
			throw Object.assign(new Error("Cannot find module"), { code: "MODULE_NOT_FOUND" });
		});
		expect(() => s3Sink({ ...bucket, format: "parquet" })).toThrow(remedy);
		expect(() => securityLakeSink(bucket)).toThrow(remedy);
		const sinks = (type: string, options: object) =>
			openSinks(parseSinksConfig({ sinks: [{ type, ...bucket, ...options }] }));
		await expect(sinks("s3", { format: "parquet" })).rejects.toThrow(
			`sinks[0].format parquet ${remedy}`,
		);
		await expect(sinks("security-lake", {})).rejects.toThrow(`sinks[0] ${remedy}`);
		// A bundle holds what cannot be found: it is not stopped.
		missing.mockImplementation(() => {
			throw Object.assign(new Error("Cannot find module"), { code: "MODULE_NOT_FOUND" });
		});
		expect(s3Sink({ ...bucket, format: "parquet" }).name).toBe("s3");
	});

	it("[sinks.s3_credentials] takes keys from the environment, or asks a function before each request", async () => {
		vi.stubEnv("AWS_ACCESS_KEY_ID", KEYS.accessKeyId);
		vi.stubEnv("AWS_SECRET_ACCESS_KEY", KEYS.secretAccessKey);
		vi.stubEnv("AWS_SESSION_TOKEN", "session");
		const { fake, server } = await started();
		const common = { bucket: "audit", region: "eu-central-1", endpoint: fake.server.url };
		const events = sampleEvents();
		const fromEnvironment = s3Sink(common);
		await fromEnvironment.write(events(1), signal);
		expect(server.calls[0]?.headers["x-amz-security-token"]).toBe("session");
		const credentials = vi.fn<() => Promise<ResolvedAwsKeys>>(async () => KEYS);
		const asking = s3Sink({ ...common, credentials });
		await asking.write(events(1), signal);
		await asking.write(events(1), signal);
		expect(credentials).toHaveBeenCalledTimes(2);
		credentials.mockRejectedValueOnce(new Error("canary-secret"));
		const error = await failure(asking.write(events(1), signal));
		expect([error.code, error.verdict]).toEqual(["credentials_unavailable", "retry"]);
		expect(inspect(error)).not.toContain("canary");
		await Promise.all([fromEnvironment, asking].map(async (one) => one.close?.(signal)));
	});

	it("[sinks.http_canary] no error holds a secret, also when the destination echoes it; [sinks.probe] probe writes one object a day", async () => {
		const { sink, fake, objects, answer } = await started();
		await sink.probe?.(signal);
		await sink.probe?.(signal);
		expect(keysOf(fake)).toEqual([expect.stringMatching(/^mcp-audit\/_probe\/[0-9-]{10}\.json$/u)]);
		answer([s3Error(403, "SignatureDoesNotMatch", `you sent ${KEYS.secretAccessKey}`)]);
		const error = await failure(sink.probe?.(signal));
		expect(error.code).toBe("signature_does_not_match");
		expect(inspect(error)).not.toContain("canary");
		expect(objects.size).toBe(1);
		// Not a part of one either, where a long message is cut.
		answer([s3Error(403, "SignatureDoesNotMatch", "x".repeat(292) + KEYS.secretAccessKey)]);
		const cut = await failure(sink.write(sampleEvents()(1), signal));
		expect(inspect(cut)).toContain("xxx");
		expect(inspect(cut)).not.toContain("canary");
		const wrong = sinkOf(fake, { credentials: { ...KEYS, secretAccessKey: "canary-other" } });
		const refused = await failure(wrong.probe?.(signal));
		expect([refused.verdict, inspect(refused).includes("canary")]).toEqual(["hold", false]);
		await Promise.all([sink, wrong].map(async (one) => one.close?.(signal)));
	});

	it.each([
		[{ bucket: "Audit" }, "`bucket`"],
		[{ region: "" }, "`region`"],
		[{ endpoint: "minio:9000" }, "`endpoint`"],
		[{ pathStyle: 1 }, "`pathStyle`"],
		[{ prefix: "/x" }, "`prefix`"],
		[{ prefix: "../" }, "`prefix`"],
		[{ prefix: "no-slash" }, "`prefix`"],
		[{ credentials: {} }, "`credentials.accessKeyId`"],
		[{ credentials: { accessKeyId: "a" } }, "`credentials.secretAccessKey`"],
		[{ format: "csv" }, "`format`"],
		[{ existing: "ignore" }, "`existing`"],
		[{ objectLock: { mode: "compliance", days: 1 } }, "`objectLock.mode`"],
		[{ objectLock: { mode: "COMPLIANCE", days: 0 } }, "`objectLock.days`"],
		[{ kmsKeyId: "" }, "`kmsKeyId`"],
		[{ lingerMs: -1 }, "`lingerMs`"],
		[{ maxObjectEvents: 0 }, "`maxObjectEvents`"],
		[{ name: "S3" }, "`name`"],
	])("refuses %o and names the option", (options, path) => {
		const make = () => s3Sink(Object({ bucket: "audit", region: "eu-central-1", ...options }));
		expect(make).toThrow(TypeError);
		expect(make).toThrow(path);
	});
});
