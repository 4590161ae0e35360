import type { Sink } from "@mcp-trail/audit";
import { ocsf18 } from "@mcp-trail/formats";
import type { SealedEvent } from "@mcp-trail/integrity";
import { optionCheck } from "./http/http-options.ts";
import { type BucketOptions, checkBucketOptions } from "./s3/bucket-options.ts";
import { bucketSink } from "./s3/bucket-sink.ts";
import { fitStruct } from "./s3/columns.ts";
import { bucketObjects } from "./s3/objects.ts";
import { checkParquetPeer, parquetFile, type Row } from "./s3/parquet.ts";
import { type LakeClass, lakeClasses } from "./security-lake/class-columns.ts";

export type { HttpOptions, HttpProxyOptions, HttpTlsOptions } from "./http/http-options.ts";
export type { Secret } from "./http/secrets.ts";
export type { BucketOptions, Existing, ObjectLockOptions } from "./s3/bucket-options.ts";
export type { AwsCredentials, AwsKeys, ResolvedAwsKeys } from "./s3/credentials.ts";

/** Which lake {@link securityLakeSink} writes to. Defaults: `existing` trust, `lingerMs` 300_000, `maxObjectEvents` 10_000, `maxObjectBytes` 16_777_216; objects are Parquet compressed with gzip. */
export interface SecurityLakeSinkOptions extends Omit<BucketOptions, "gzip"> {
	/** The lake's, such as `aws-security-data-lake-eu-central-1-…`. */
	readonly bucket: string;
	/** Account that the events speak of; outside AWS `external` or `external_<name>`. @default "external" */
	readonly accountId?: string;
	/** Start of the custom sources' names; the class follows, as in `mcp-trail-6003`. @default "mcp-trail" */
	readonly source?: string;
	/** `^[a-z][a-z0-9_-]{0,31}$` @default "security-lake" */
	readonly name?: string;
}

interface LakeRow {
	readonly of: LakeClass;
	readonly row: Row;
}

/**
 * Writes events to AWS Security Lake as OCSF 1.8 in Parquet, one custom source for each class, in partitions of region,
 * account and the event's own day, sorted by time: at least once. Needs the package `hyparquet-writer`. Parquet is made on
 * the host's own thread: docs/http-sinks.md says how long other work waits.
 *
 * Throws `TypeError` on an invalid option, and where that package is not installed.
 *
 * @example
 * ```ts
 * import { securityLakeSink } from "@mcp-trail/sinks/security-lake";
 *
 * const audit = openAudit({
 * 	service: "tickets",
 * 	trail: fileTrail({ dir: "/var/lib/tickets/audit" }),
 * 	sinks: [securityLakeSink({ bucket: "aws-security-data-lake-eu-central-1-x", region: "eu-central-1" })],
 * });
 * ```
 */
export function securityLakeSink(options: SecurityLakeSinkOptions): Sink {
	const {
		region,
		accountId = "external",
		source = "mcp-trail",
		existing = "trust",
		name = "security-lake",
		lingerMs = 300_000,
	} = options;
	const check = optionCheck("securityLakeSink");
	checkBucketOptions(check, name, options);
	const account = typeof accountId === "string" && ACCOUNT.test(accountId);
	check(account, "accountId", "takes 12 digits, external or external_<name>");
	const named = typeof source === "string" && SOURCE.test(source);
	check(named, "source", "takes 1 to 15 of A-Z a-z 0-9 _ -");
	checkParquetPeer("securityLakeSink", "Parquet");

	return bucketSink<LakeRow>({
		name,
		bucket: options,
		lingerMs,
		// Classes go to sources of their own, and rows are sorted by time: `metadata.sequence` is the order.
		ordered: false,
		existing,
		objects: bucketObjects("Security Lake", options),
		probes: lakeClasses.map(({ uid }) => `ext/${source}-${uid}/_probe/`),
		suffix: ".parquet",
		contentType: "application/vnd.apache.parquet",
		entry: ({ event }: SealedEvent) => {
			const projected = ocsf18.project(event);
			const of = lakeClasses.find(({ uid }) => uid === projected["class_uid"]);
			if (of === undefined) throw new TypeError("a class without columns");
			const [, year, month, day] = DAY.exec(event.time) ?? [];
			if (year === undefined) throw new TypeError("no day");
			const partition = `region=${region}/accountId=${accountId}/eventDay=${year}${month}${day}`;
			return {
				folder: `ext/${source}-${of.uid}/${partition}/`,
				row: { of, row: fitStruct(of.columns, projected) },
			};
		},
		encode: async (rows, signal) => {
			const [first] = rows;
			if (first === undefined) throw new TypeError("an object without events");
			const sorted = rows.map(({ row }) => row).toSorted(byTime);
			return parquetFile(first.of.columns, sorted, signal);
		},
	});
}

const ACCOUNT = /^(?:\d{12}|external(?:_[A-Za-z0-9-]{1,64})?)$/u;
const SOURCE = /^[A-Za-z0-9_-]{1,15}$/u;
const DAY = /^(\d{4})-(\d{2})-(\d{2})T/u;

const byTime = (a: Row, b: Row): number => Number(a["time"]) - Number(b["time"]);
