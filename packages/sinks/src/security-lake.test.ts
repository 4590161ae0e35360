import { readdirSync, readFileSync } from "node:fs";
import type { SinkError } from "@mcp-trail/audit";
import { checkSink, sampleEvents, type SinkFaultKind } from "@mcp-trail/audit/testing";
import type { StoredEvent } from "@mcp-trail/event";
import { ocsf18 } from "@mcp-trail/formats";
import { sealer, type SealedEvent } from "@mcp-trail/integrity";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Column, ColumnType } from "./s3/columns.ts";
import { type FakeBucket, fakeBucket, KEYS, s3Error } from "./s3/testing/fake-bucket.ts";
import { type LakeRecord, readLakeObject } from "./security-lake/testing/read-lake-object.ts";
import { athenaDdl } from "./security-lake/athena-ddl.ts";
import { lakeClasses } from "./security-lake/class-columns.ts";
import { securityLakeSink, type SecurityLakeSinkOptions } from "./security-lake.ts";

const { signal } = new AbortController();
const open: FakeBucket[] = [];
afterEach(async () => {
	await Promise.all(open.splice(0).map(async (fake) => fake.close()));
});
const schemas = new URL("../../../schemas/", import.meta.url);
const json = (path: string) => JSON.parse(readFileSync(new URL(path, schemas), "utf8"));

const sinkOf = (fake: FakeBucket, options: Partial<SecurityLakeSinkOptions> = {}) =>
	securityLakeSink({
		bucket: "audit",
		region: "eu-central-1",
		endpoint: fake.server.url,
		credentials: KEYS,
		...options,
	});

async function started(options: Partial<SecurityLakeSinkOptions> = {}) {
	const fake = await fakeBucket();
	open.push(fake);
	return { fake, sink: sinkOf(fake, options) };
}

/** Every object but probes, in the order of keys, with its rows. */
async function read({ objects }: FakeBucket) {
	const found = [...objects].filter(([key]) => key.endsWith(".parquet"));
	return Promise.all(
		found
			.toSorted(([a], [b]) => (a < b ? -1 : 1))
			.map(async ([key, { body }]) => ({ key, rows: await readLakeObject(body) })),
	);
}

const byUid = (list: readonly LakeRecord[]) =>
	list.toSorted((a, b) => (a.metadata.uid < b.metadata.uid ? -1 : 1));

/** The project's own example of every type, as one stream. */
function examples(): readonly SealedEvent[] {
	const chain = sealer("0199aaaa-0000-7000-8000-000000000001");
	return readdirSync(new URL("event/1.0/valid/", schemas))
		.filter((name) => name.endsWith(".json"))
		.map((name) => {
			const { integrity: _, ...event }: StoredEvent = json(`event/1.0/valid/${name}`);
			return chain.seal(event);
		});
}

describe("securityLakeSink", () => {
	checkSink({
		test: it,
		cannot: ["poison"],
		make: async () => {
			const fake = await fakeBucket();
			return {
				sink: sinkOf(fake),
				received: async () =>
					(await read(fake)).flatMap(({ rows }) => rows.map((row) => row.metadata.uid)),
				fault: (kind: SinkFaultKind | "none") => {
					fake.always(
						kind === "down" ? s3Error(503, "SlowDown") : kind === "silent" ? "hang" : undefined,
					);
				},
				dispose: fake.close,
			};
		},
	});

	it("[sinks.lake_columns] every type of event is read back as its OCSF projection, each class from its own source", async () => {
		const { fake, sink } = await started({ accountId: "123456789012" });
		const events = examples();
		await sink.write(events, signal);
		const found = await read(fake);
		const projected = events.map(({ event }) => ocsf18.project(event));
		const rows = found.flatMap((object) => object.rows);
		expect(byUid(rows)).toEqual(byUid(JSON.parse(JSON.stringify(projected))));
		for (const { key, rows: some } of found) {
			const [, uid, day] =
				/^ext\/mcp-trail-(\d{4})\/region=eu-central-1\/accountId=123456789012\/eventDay=(\d{8})\/[0-9a-f-]{36}-\d{16}-\d{16}\.parquet$/u.exec(
					key,
				) ?? [];
			expect(new Set(some.map((row) => row.class_uid))).toEqual(new Set([Number(uid)]));
			const days = some.map((row) => new Date(row.time).toISOString().slice(0, 10));
			expect(new Set(days.map((one) => one.replaceAll("-", "")))).toEqual(new Set([day]));
		}
		expect(new Set(found.map(({ key }) => key.split("/")[1])).size).toBe(lakeClasses.length);
		await sink.close?.(signal);
	});

	it("[sinks.lake_columns] rows stand in the order of time", async () => {
		const { fake, sink } = await started();
		const [sample] = sampleEvents()(1);
		if (sample === undefined) throw new Error("no sample");
		const { integrity: _, ...event } = sample.event;
		const chain = sealer(sample.stream);
		const batch = [30, 10, 20].map((second) =>
			chain.seal({ ...event, time: `2026-11-21T10:00:${second}.000Z` }),
		);
		await sink.write(batch, signal);
		const [object] = await read(fake);
		expect(object?.rows.map((row) => new Date(row.time).getUTCSeconds())).toEqual([10, 20, 30]);
		await sink.close?.(signal);
	});

	it("[sinks.lake_columns] takes any number that a peer may choose", async () => {
		const { fake, sink } = await started();
		const [sample] = sampleEvents()(1);
		if (sample === undefined) throw new Error("no sample");
		const { integrity: _, ...event } = sample.event;
		const outcome = {
			status: "failure",
			reason: "rpc_error",
			rpc_code: -Number.MAX_SAFE_INTEGER,
		} as const;
		const large = Number.MAX_SAFE_INTEGER;
		await sink.write(
			[sealer(sample.stream).seal({ ...event, outcome, count: large, duration_us: large })],
			signal,
		);
		const [object] = await read(fake);
		expect(object?.rows[0]?.api.response.code).toBe(-large);
		expect(object?.rows[0]?.count).toBe(large);
		await sink.close?.(signal);
	});

	it("[sinks.lake_repeats] the same batch again writes nothing, without the right to read", async () => {
		const { fake, sink } = await started();
		const events = examples();
		await sink.write(events, signal);
		const before = [...fake.objects.keys()];
		const again = sinkOf(fake);
		await again.write(events, signal);
		expect([...fake.objects.keys()]).toEqual(before);
		expect(fake.server.calls.every(({ method }) => method === "PUT")).toBe(true);
		await Promise.all([sink, again].map(async (one) => one.close?.(signal)));
	});

	it("[sinks.lake_repeats] a source that refuses loses nothing of the others", async () => {
		const { fake, sink } = await started();
		const events = examples();
		fake.answer([undefined, s3Error(403, "AccessDenied")]);
		const error = await sink.write(events, signal).then(
			() => undefined,
			(thrown: SinkError) => thrown,
		);
		expect([error?.verdict, error?.code]).toEqual(["hold", "access_denied"]);
		await sink.write(events, signal);
		const rows = (await read(fake)).flatMap((object) => object.rows);
		expect(rows).toHaveLength(events.length);
		await sink.close?.(signal);
	});

	it("[sinks.probe] probe proves the right to write to every source", async () => {
		const { fake, sink } = await started();
		await sink.probe?.(signal);
		expect([...fake.objects.keys()].map((key) => key.split("/").slice(0, 3).join("/"))).toEqual(
			lakeClasses.map(({ uid }) => `ext/mcp-trail-${uid}/_probe`),
		);
		await sink.close?.(signal);
	});

	it("without the library that writes Parquet it holds and says what to install", async () => {
		const { sink } = await started();
		vi.doMock("hyparquet-writer", () => {
			throw new Error("Cannot find package");
		});
		const error = await sink.write(sampleEvents()(1), signal).then(
			() => undefined,
			(thrown: SinkError) => thrown,
		);
		vi.doUnmock("hyparquet-writer");
		expect([error?.verdict, error?.code]).toEqual(["hold", "parquet_writer_missing"]);
		expect(error?.message).toContain("npm install hyparquet-writer");
		await sink.close?.(signal);
	});

	it.each([
		[{ bucket: "" }, "`bucket`"],
		[{ accountId: "12" }, "`accountId`"],
		[{ accountId: "external/../x" }, "`accountId`"],
		[{ source: "a-name-that-is-too-long" }, "`source`"],
		[{ source: "../" }, "`source`"],
	])("refuses %o and names the option", (options, path) => {
		const make = () =>
			securityLakeSink(Object({ bucket: "audit", region: "eu-central-1", ...options }));
		expect(make).toThrow(TypeError);
		expect(make).toThrow(path);
	});
});

describe("the tables of the lake", () => {
	const files: Readonly<Record<number, string>> = {
		6003: "api_activity",
		3002: "authentication",
		2004: "detection_finding",
		1008: "event_log_actvity",
	};

	it.each(lakeClasses.map((one) => [one.uid, one] as const))(
		"[sinks.lake_schema] every column of %i is an attribute of the class in OCSF 1.8, of its type",
		(uid, { columns }) => {
			const schema = json(`siem/ocsf/${files[uid]}-1.8.0.schema.json`);
			const problems: string[] = [];
			const resolved = (node: Node): Node => {
				const name = node.$ref?.replace("#/$defs/", "");
				return name === undefined ? node : schema.$defs[name];
			};
			const check = (type: ColumnType, node: Node, path: string): void => {
				const { type: kind, items, properties } = resolved(node);
				if (typeof type === "object" && "list" in type) {
					if (kind !== "array" || items === undefined) problems.push(`${path} is no array`);
					else check(type.list, items, `${path}[]`);
				} else if (typeof type === "object") walk(type.struct, properties, path);
				else if (type !== "json" && kind !== KINDS[type]) problems.push(`${path} is ${kind}`);
			};
			const walk = (
				some: readonly Column[],
				properties: Node["properties"],
				path: string,
			): void => {
				for (const { name, type } of some) {
					const node = properties?.[name];
					if (node === undefined) problems.push(`${path}.${name} is not in OCSF`);
					else check(type, node, `${path}.${name}`);
				}
			};
			const { unmapped: _, ...known } = schema.properties;
			walk(
				columns.filter(({ name }) => name !== "unmapped"),
				known,
				"",
			);
			expect(problems).toEqual([]);
		},
	);

	it.each(lakeClasses.map((one) => [one.uid, one] as const))(
		"[sinks.lake_schema] schemas/siem/security-lake/%i.sql is that table",
		(uid, one) => {
			const file = new URL(`siem/security-lake/mcp-trail-${uid}.sql`, schemas);
			expect(readFileSync(file, "utf8")).toBe(athenaDdl(one));
		},
	);
});

interface Node {
	readonly $ref?: string;
	readonly type?: string;
	readonly items?: Node;
	readonly properties?: Readonly<Record<string, Node>>;
}

const KINDS: Readonly<Record<Extract<ColumnType, string>, string>> = {
	string: "string",
	json: "object",
	int: "integer",
	long: "integer",
	timestamp: "integer",
	boolean: "boolean",
};
