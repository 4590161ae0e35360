import { readFileSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Sink } from "@mcp-trail/audit";
import { openSinks, parseSinksConfig } from "@mcp-trail/sinks/config";
import { kafkaSink, type KafkaSinkOptions } from "@mcp-trail/sinks/kafka";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type Pipeline, pipeline } from "./pipeline.ts";
import { readTopic } from "./read.ts";
import { type SecuredKafka, startSecuredKafka } from "./secured.ts";
import { kafkaRuns } from "./suite.ts";
import { createTopic } from "./topics.ts";
import { compareWithTrail, trailLines } from "./trail-on-disk.ts";

const PASSWORD = "right-horse-battery";
const WRONG = "wrong-horse-battery";
const EVENTS = 2_000;
const CLIENT = "mcp-trail-client";
/** Each event once, unchanged, in order, chained. */
const ALL = { lost: 0, foreign: 0, duplicates: 0, outOfOrder: 0, unchained: 0 };
const { signal } = new AbortController();

const page = readFileSync(new URL("../../../docs/kafka.md", import.meta.url), "utf8");
/** The configuration that docs/kafka.md shows. */
const shown: { sinks: [Record<string, unknown>] } = JSON.parse(
	/```json\n([^`]+)```/u.exec(page)?.[1] ?? "",
);

const scram = (username: string, password: string) =>
	({ mechanism: "scram-sha-512", username, password }) as const;

const probe = async (options: KafkaSinkOptions) => {
	const sink = kafkaSink(options);
	try {
		await sink.probe?.(signal);
	} finally {
		await sink.close?.(AbortSignal.timeout(5_000)).catch(() => undefined);
	}
};
/** What a probe says is wrong; it must not say a secret, nor anything it came from. */
async function wrong(options: KafkaSinkOptions): Promise<{ code: unknown; message: string }> {
	const warnings: string[] = [];
	const onWarn = (message: string): void => void warnings.push(message);
	const error: unknown = await probe({ ...options, onWarn }).then(
		() => "nothing",
		(reason: unknown) => reason,
	);
	expect(JSON.stringify([String(error), warnings])).not.toMatch(/horse|PRIVATE KEY/u);
	const { code, verdict, message } = Object(error);
	return { code: `${verdict} ${code}`, message: String(message) };
}

describe.runIf(kafkaRuns)("[kafka.secured] a broker with TLS, SASL and permissions", () => {
	let started: SecuredKafka | undefined;
	let open: Pipeline | undefined;
	const kafka = (): SecuredKafka => {
		if (!started) throw new Error("the broker did not start");
		return started;
	};
	beforeAll(async () => {
		started = await startSecuredKafka({
			scram: Object.fromEntries(
				["trail", "held", "writer", "elsewhere"].map((name) => [name, PASSWORD]),
			),
			plain: { simple: PASSWORD },
		});
		console.log(`\n**** Apache Kafka ${started.version} with SASL_SSL, SSL and ACLs`);
	});
	afterAll(async () => started?.close());
	afterEach(async () => {
		vi.unstubAllEnvs();
		await open?.audit.close(AbortSignal.timeout(5_000));
		await open?.remove();
		open = undefined;
	});

	const overSasl = () => [`127.0.0.1:${kafka().ports.saslSsl}`];
	const overSsl = () => [`127.0.0.1:${kafka().ports.ssl}`];
	const mutual = async (name: string) => ({
		ca: await kafka().pem("ca.pem"),
		cert: await kafka().pem(`${name}.pem`),
		key: await kafka().pem(`${name}.key`),
	});
	/** Right in everything; the user writes where the test lets it. */
	const right = async (topic: string, more: KafkaSinkOptions = {}) => ({
		brokers: overSasl(),
		topic,
		minInSyncReplicas: 1,
		ssl: { ca: await kafka().pem("ca.pem") },
		sasl: scram("trail", PASSWORD),
		...more,
	});

	/** The page's own configuration, with this broker's address and files. */
	async function asShown(topic: string, username: string, password: string): Promise<Sink> {
		const file = join(kafka().pki, `${username}.password`);
		await writeFile(file, `${password}\n`);
		const [block] = shown.sinks;
		const own = {
			...block,
			brokers: overSasl(),
			topic,
			minInSyncReplicas: 1,
			ssl: { ca: { file: join(kafka().pki, "ca.pem") } },
			sasl: { ...Object(block["sasl"]), username, password: { file } },
		};
		expect(Object.keys(own).toSorted()).toEqual(
			[...Object.keys(block), "minInSyncReplicas", "topic"].toSorted(),
		);
		const [sink] = await openSinks(parseSinksConfig({ sinks: [own] }));
		if (!sink) throw new Error("the page shows no sink");
		return sink;
	}

	function record(count: number): void {
		for (let n = 0; n < count; n++) {
			open?.audit.record({ type: "ext.com.example.paid", severity: "low", labels: { n: `${n}` } });
		}
	}

	/** Waits until the lane holds, and returns why. */
	async function held(): Promise<{ readonly code: string; readonly message: string }> {
		return vi.waitFor(
			() => {
				const [lane] = open?.audit.health().lanes ?? [];
				expect(lane).toMatchObject({ state: "holding", delivered: 0, refused: 0 });
				if (!lane?.lastError) throw new Error("the lane holds and does not say why");
				expect(lane.lastError.message).not.toMatch(/horse|PRIVATE KEY/u);
				return lane.lastError;
			},
			{ timeout: 30_000, interval: 50 },
		);
	}

	/** Delivers the rest, and compares what Java's consumer reads with the trail. */
	async function received(topic: string) {
		if (!open) throw new Error("no pipeline is open");
		await open.finish(60_000);
		const trail = await trailLines(join(open.dir, "trail"));
		const records = await readTopic(kafka().bootstrap, topic);
		expect(await readdir(open.dir)).not.toContain("refused");
		return compareWithTrail(records, trail);
	}

	it.each([
		["SCRAM, as docs/kafka.md shows it", "trail"],
		["PLAIN", "simple"],
		["a client certificate", CLIENT],
	])("takes events with %s: in order, unchanged, each once", async (_, user) => {
		const topic = `taken-${user}`;
		await createTopic(kafka().brokers, topic);
		await kafka().allow(
			{ user, topic, operation: "WRITE" },
			{ user, topic, operation: "DESCRIBE_CONFIGS" },
		);
		const plain = { mechanism: "plain", username: user, password: PASSWORD } as const;
		const sink =
			user === "trail"
				? await asShown(topic, user, PASSWORD)
				: user === "simple"
					? kafkaSink(await right(topic, { sasl: plain }))
					: kafkaSink({
							brokers: overSsl(),
							topic,
							minInSyncReplicas: 1,
							ssl: await mutual(user),
						});
		open = await pipeline([sink]);
		record(EVENTS);
		expect(await received(topic)).toEqual({ ...ALL, events: EVENTS + 2 });
	});

	it.each([
		["the client is told the right one", "file"],
		["the broker is told to take it", "broker"],
	])("[kafka.errors] holds with a wrong password, and goes on by itself when %s", async (_, at) => {
		const topic = `password-${at}`;
		await createTopic(kafka().brokers, topic);
		await kafka().allow({ user: "held", topic, operation: "WRITE" });
		open = await pipeline([await asShown(topic, "held", WRONG)]);
		record(100);
		expect(await held()).toEqual({
			code: "sasl_authentication_failed",
			message: `Kafka at ${overSasl().join()} refused the credentials. Check \`sasl\`: mechanism, user name and password.`,
		});
		if (at === "file") await writeFile(join(kafka().pki, "held.password"), `${PASSWORD}\n`);
		else await kafka().setPassword("held", WRONG);
		expect(await received(topic)).toMatchObject(ALL);
	});

	it("[kafka.errors] says what is wrong with credentials", async () => {
		const options = await right("any");
		expect(await wrong({ ...options, sasl: scram("nobody", WRONG) })).toMatchObject({
			code: "hold sasl_authentication_failed",
		});
		const old = { mechanism: "scram-sha-256", username: "trail", password: PASSWORD } as const;
		expect(await wrong({ ...options, sasl: old })).toEqual({
			code: "hold unsupported_sasl_mechanism",
			message: expect.stringContaining("Set `sasl.mechanism` to one that the broker offers"),
		});
		const certificate = await mutual(CLIENT);
		expect(await wrong({ ...options, brokers: overSsl(), ssl: certificate })).toEqual({
			code: "hold illegal_sasl_state",
			message: expect.stringContaining("Leave `sasl` out"),
		});
		const { sasl: _, ...without } = options;
		expect(await wrong(without)).toEqual({
			code: "retry broker_unreachable",
			message: expect.stringContaining("set `ssl` or `sasl`"),
		});
		expect(await wrong({ ...options, brokers: kafka().brokers })).toEqual({
			code: "retry broker_unreachable",
			message: expect.stringContaining("if it does not, leave them out"),
		});
	});

	it("[kafka.errors] says what is wrong with certificates, whatever the environment says", async () => {
		vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
		const options = await right("any");
		const foreign = await kafka().pem("other-ca.pem");
		const ours = await mutual(CLIENT);
		const both = { ca: ours.ca, cert: foreign, key: await kafka().pem("other-ca.key") };
		const stranger = await kafka().pem("stranger.key");
		const named = [`localhost:${kafka().ports.saslSsl}`];
		const cases: readonly (readonly [string, KafkaSinkOptions, string])[] = [
			["another authority", { ssl: { ca: foreign } }, "SELF_SIGNED_CERT_IN_CHAIN"],
			["no authority", { ssl: true }, "SELF_SIGNED_CERT_IN_CHAIN"],
			["another host name", { brokers: named }, "ERR_TLS_CERT_ALTNAME_INVALID"],
			["no client certificate", { brokers: overSsl() }, "ALERT"],
			["another's client certificate", { brokers: overSsl(), ssl: both }, "ALERT"],
			["another's key", { brokers: overSsl(), ssl: { ...ours, key: stranger } }, "belong together"],
			["no key at all", { ssl: { ...ours, key: "no key" } }, "belong together"],
		];
		const said = await Promise.all(cases.map(async ([, more]) => wrong({ ...options, ...more })));
		expect(said.map(({ code }, at) => [cases[at]?.[0], code])).toEqual(
			cases.map(([name]) => [name, "hold tls_failed"]),
		);
		for (const [at, [, , says]] of cases.entries()) expect(said[at]?.message).toContain(says);
	});

	it("holds every event back from a broker whose authority it does not know", async () => {
		const options = await right("any", { ssl: { ca: await kafka().pem("other-ca.pem") } });
		open = await pipeline([kafkaSink(options)]);
		record(10);
		expect(await held()).toMatchObject({ code: "tls_failed" });
		expect(await readdir(open.dir)).not.toContain("refused");
	});

	it("holds without permission, names what is missing, and goes on by itself once it is granted", async () => {
		const topic = "granted";
		await createTopic(kafka().brokers, topic);
		const options = await right(topic, { sasl: scram("writer", PASSWORD) });
		const missing = `Grant the producer's principal Write on topic ${topic}`;
		expect(await wrong(options)).toEqual({
			code: "hold topic_authorization_failed",
			message: expect.stringContaining(missing),
		});
		await kafka().allow({ user: "writer", topic, operation: "DESCRIBE" });
		open = await pipeline([kafkaSink(options)]);
		record(100);
		// Nobody may be an idempotent producer who may write nowhere.
		expect(await held()).toEqual({
			code: "cluster_authorization_failed",
			message: expect.stringContaining(missing),
		});
		expect(await wrong(options)).toMatchObject({ code: "hold cluster_authorization_failed" });
		await kafka().allow({ user: "writer", topic, operation: "WRITE" });
		await expect(probe(options)).resolves.toBeUndefined();
		await open.audit.flush(AbortSignal.timeout(60_000));

		await kafka().allow({ user: "writer", topic, operation: "DESCRIBE", permission: "DENY" });
		expect(await wrong(options)).toEqual({
			code: "hold topic_authorization_failed",
			message: expect.stringContaining("remove what denies either"),
		});
		expect(await received(topic)).toMatchObject(ALL);
	});

	it("holds where it may write elsewhere only, and when the permission is taken back meanwhile", async () => {
		const topic = "taken-back";
		await createTopic(kafka().brokers, topic);
		await kafka().allow(
			{ user: "elsewhere", topic: "taken-trail", operation: "WRITE" },
			{ user: "elsewhere", topic, operation: "DESCRIBE" },
		);
		open = await pipeline([kafkaSink(await right(topic, { sasl: scram("elsewhere", PASSWORD) }))]);
		record(50);
		expect(await held()).toMatchObject({ code: "topic_authorization_failed" });
		await kafka().allow({ user: "elsewhere", topic, operation: "WRITE" });
		await open.audit.flush(AbortSignal.timeout(60_000));
		await kafka().forget("elsewhere", topic);
		await vi.waitFor(
			async () => {
				record(1);
				await expect(open?.audit.flush(AbortSignal.timeout(200))).rejects.toBeDefined();
				const [lane] = open?.audit.health().lanes ?? [];
				expect(lane).toMatchObject({ state: "holding", refused: 0 });
				expect(lane?.lastError?.code).toBe("topic_authorization_failed");
			},
			{ timeout: 30_000, interval: 100 },
		);
		await kafka().allow({ user: "elsewhere", topic, operation: "WRITE" });
		expect(await received(topic)).toMatchObject(ALL);
	});
});
