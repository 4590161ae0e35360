import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { fileTrail, openAudit } from "@mcp-trail/audit";
import { sampleEvents } from "@mcp-trail/audit/testing";
import { ocsf18 } from "@mcp-trail/formats";
import { type SealedEvent, verify } from "@mcp-trail/integrity";
import { s3Sink, type S3SinkOptions } from "@mcp-trail/sinks/s3";
import { securityLakeSink } from "@mcp-trail/sinks/security-lake";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, vi } from "vitest";
import { trailLines } from "../kafka/trail-on-disk.ts";
import { walkthrough } from "../walkthrough/walkthrough.ts";
import { type Bucket, makeBucket } from "./bucket.ts";
import { startStore, type Store } from "./start.ts";
import { s3Programs } from "./tools.ts";

const run = promisify(execFile);
const EVENTS = 5_000;
const { signal } = new AbortController();

/** A folder that is removed with the test. */
async function folder(): Promise<string> {
	const made = await mkdtemp(join(tmpdir(), "mcp-trail-s3-"));
	onTestFinished(async () => rm(made, { recursive: true, force: true }));
	return made;
}

describe.runIf(inject("s3NotRun") === "")("S3", () => {
	let store: Store;
	let made = 0;
	beforeAll(async () => {
		store = await startStore();
		console.log(`\n**** S3: ${store.says} runs at ${store.endpoint}`);
	});
	afterAll(async () => store?.close());

	const bucketOf = async (options?: { lock: boolean }): Promise<Bucket> => {
		made += 1;
		return makeBucket(store, `audit-${process.pid}-${Date.now()}-${made}`, options);
	};
	const reach = (bucket: Bucket): S3SinkOptions => ({
		endpoint: store.endpoint,
		region: store.region,
		bucket: bucket.name,
		credentials: store.keys,
	});

	it("[siem.s3_complete] 5,000 sent = 5,000 found, the chain verifies from the objects in key order, and a replay writes nothing", async () => {
		const bucket = await bucketOf();
		const dir = await folder();
		const audit = openAudit({
			service: "tickets",
			trail: fileTrail({ dir }),
			closeTimeoutMs: 60_000,
			sinks: [s3Sink({ ...reach(bucket), lingerMs: 300, maxObjectEvents: 700 })],
		});
		await audit.ready;
		for (let index = 0; index < EVENTS; index += 1) {
			audit.record({ type: "ext.com.example.paid", severity: "low" });
			if (index % 500 === 499) await audit.flush(AbortSignal.timeout(60_000));
		}
		const { head, recorded, lost } = await audit.close();
		if (head === undefined) throw new Error("no head");
		expect([recorded >= EVENTS, lost]).toEqual([true, 0]);

		const [expected = []] = [...(await trailLines(dir)).values()];
		const lines = await bucket.lines("mcp-audit/day=");
		expect(lines).toEqual(expected.map((line) => line.toString()));
		const report = await verify(Readable.from([Buffer.from(`${lines.join("\n")}\n`)]), {
			heads: [head],
		});
		expect(report.faults).toEqual([]);

		const before = await bucket.list();
		const events = expected.map(sealedFrom);
		for (const size of [10_000, 700, 333]) {
			const again = s3Sink(reach(bucket));
			for (let at = 0; at < events.length; at += size) {
				await again.write(events.slice(at, at + size), signal);
			}
			await again.close?.(signal);
		}
		expect(await bucket.list()).toEqual(before);
		console.log(
			`**** S3: ${lines.length} events found in ${before.length} objects, replayed 3 times`,
		);
	});

	it("[siem.s3_complete] a sender killed within uploads loses nothing and writes nothing twice", async () => {
		const bucket = await bucketOf();
		const dir = await folder();
		const program = fileURLToPath(new URL("program.ts", import.meta.url));
		const life = async (dieAt: number, afterMs: number) => {
			const args = ["--conditions=@mcp-trail/source", "--import", "tsx", program];
			const facts = [store.endpoint, store.region, bucket.name, dir, "120", dieAt, afterMs];
			const child = spawn(process.execPath, [...args, ...facts.map(String)], {
				env: {
					...process.env,
					S3_ACCESS_KEY_ID: store.keys.accessKeyId,
					S3_SECRET_ACCESS_KEY: store.keys.secretAccessKey,
				},
				stdio: ["ignore", "pipe", "inherit"],
			});
			const [said, [, by]] = await Promise.all([text(child.stdout), once(child, "exit")]);
			return { said, by };
		};
		for (const [dieAt, afterMs] of [
			[1, 0],
			[2, 2],
			[3, 5],
			[1, 8],
			[4, 12],
			[2, 20],
		] as const) {
			expect((await life(dieAt, afterMs)).by).toBe("SIGKILL");
		}
		expect((await life(0, 0)).said).toBe('{"s3":0}');
		const streams = [...(await trailLines(dir)).values()];
		const expected = streams.flat().map((line) => line.toString());
		const lines = await bucket.lines("mcp-audit/day=");
		expect(lines.toSorted()).toEqual(expected.toSorted());
		console.log(`**** S3: ${lines.length} events of ${streams.length} lives, each once`);
	});

	it("[siem.s3_retention] objects carry the retention asked for", async () => {
		const bucket = await bucketOf({ lock: true });
		const sink = s3Sink({ ...reach(bucket), objectLock: { mode: "COMPLIANCE", days: 30 } });
		await sink.probe?.(signal);
		await sink.write(sampleEvents()(3), signal);
		await sink.close?.(signal);
		const objects = await bucket.list("mcp-audit/day=");
		expect(objects).toHaveLength(1);
		const { headers } = await bucket.ask("HEAD", objects[0]?.key ?? "");
		expect(headers.get("x-amz-object-lock-mode")).toBe("COMPLIANCE");
		const until = headers.get("x-amz-object-lock-retain-until-date") ?? "";
		const days = (Date.parse(until) - Date.now()) / 86_400_000;
		expect(days).toBeGreaterThan(29.9);
		expect(days).toBeLessThan(30.1);
	});

	it("[siem.security_lake] pyarrow and DuckDB read from the lake what OCSF says of each event", async () => {
		const bucket = await bucketOf();
		const events = sampleEvents()(EVENTS);
		const sink = securityLakeSink({ ...reach(bucket), lingerMs: 1 });
		await sink.probe?.(signal);
		for (let at = 0; at < EVENTS; at += 2_500) {
			await sink.write(events.slice(at, at + 2_500), signal);
		}
		await sink.close?.(signal);
		const dir = await folder();
		const paths: string[] = [];
		for (const { key } of await bucket.list("ext/")) {
			if (!key.endsWith(".parquet")) continue;
			const path = join(dir, key);
			await mkdir(dirname(path), { recursive: true });
			await writeFile(path, await bucket.get(key));
			paths.push(path);
		}
		const rows = await parquetRows(paths);
		const expected = events.map(({ event }) => JSON.parse(JSON.stringify(ocsf18.project(event))));
		expect(rows.toSorted(bySequence)).toEqual(expected.toSorted(bySequence));

		const glob = join(dir, "ext/mcp-trail-6003/**/*.parquet");
		const query = `SELECT api.operation AS operation, status, region, count(*)::INT AS events
			FROM read_parquet('${glob}', hive_partitioning = true, union_by_name = true) GROUP BY ALL`;
		const { stdout } = await run(join(s3Programs, "duckdb"), ["-json", "-c", query]);
		expect(JSON.parse(stdout)).toEqual([
			{ operation: "tools/call", status: "Success", region: store.region, events: EVENTS },
		]);
		console.log(`**** Security Lake: ${rows.length} rows read back by pyarrow and DuckDB`);
	});

	it("[docs.walkthrough_s3] docs/siem/s3.md runs as written", async () => {
		const { name } = await bucketOf();
		vi.stubEnv("PATH", `${s3Programs}:${process.env["PATH"]}`);
		onTestFinished(() => void vi.unstubAllEnvs());
		const { compared } = await walkthrough("docs/siem/s3.md", {
			env: {
				BUCKET: name,
				AWS_ENDPOINT_URL: store.endpoint,
				AWS_REGION: store.region,
				AWS_ACCESS_KEY_ID: store.keys.accessKeyId,
				AWS_SECRET_ACCESS_KEY: store.keys.secretAccessKey,
			},
			without: ["When it does not arrive"],
			timeoutMs: 120_000,
		});
		expect(compared).toBeGreaterThan(0);
	});
});

/** A stored line as the lane would give it. */
function sealedFrom(bytes: Buffer): SealedEvent {
	const event = JSON.parse(bytes.toString());
	const { stream_id: stream, sequence, hash } = event.integrity;
	return { stream, sequence, hash, bytes, event };
}

interface LakeRow {
	readonly metadata: { readonly sequence: number };
}

const bySequence = (a: LakeRow, b: LakeRow): number => a.metadata.sequence - b.metadata.sequence;

/** Columns whose text is JSON. */
const JSON_TEXT = new Set(["data", "mcp_trail"]);

/** What pyarrow reads. */
async function parquetRows(paths: readonly string[]): Promise<readonly LakeRow[]> {
	const script = fileURLToPath(new URL("read_parquet.py", import.meta.url));
	const child = spawn(join(s3Programs, "python"), [script], { stdio: ["pipe", "pipe", "inherit"] });
	child.stdin.end(paths.join("\n"));
	const said = await text(child.stdout);
	return said
		.trimEnd()
		.split("\n")
		.map((line) => {
			const { row } = JSON.parse(line, (name, value: unknown) =>
				typeof value === "string" && JSON_TEXT.has(name) ? JSON.parse(value) : value,
			);
			return row;
		});
}
