import type { Sink } from "@mcp-trail/audit";
import type { Format } from "@mcp-trail/formats";
import type { SealedEvent } from "@mcp-trail/integrity";
import { jsonLine } from "./http/encoded.ts";
import { optionCheck } from "./http/http-options.ts";
import { bucketSink } from "./s3/bucket-sink.ts";
import { type BucketOptions, checkBucketOptions, checkPrefix } from "./s3/bucket-options.ts";
import { ndjsonFile } from "./s3/ndjson.ts";
import { bucketObjects } from "./s3/objects.ts";
import { checkParquetPeer, parquetFile } from "./s3/parquet.ts";
import { storedColumns, storedRow } from "./s3/stored-columns.ts";

export type { HttpOptions, HttpProxyOptions, HttpTlsOptions } from "./http/http-options.ts";
export type { Secret } from "./http/secrets.ts";
export type { BucketOptions, Existing, ObjectLockOptions } from "./s3/bucket-options.ts";
export type { AwsCredentials, AwsKeys, ResolvedAwsKeys } from "./s3/credentials.ts";

/** Where {@link s3Sink} writes, and what. Defaults: `existing` compare, `lingerMs` 60_000, `maxObjectEvents` 10_000, `maxObjectBytes` 16_777_216; `gzip` compresses the objects. */
export interface S3SinkOptions extends BucketOptions {
	/** Start of all keys, each part ended by a slash. @default "mcp-audit/" */
	readonly prefix?: string;
	/** `stored_line`: lines byte for byte, from which the chain verifies. `parquet` keeps the line in a column; needs `hyparquet-writer`. @default "stored_line" */
	readonly format?: "stored_line" | "parquet" | Format;
	/** `^[a-z][a-z0-9_-]{0,31}$` @default "s3" */
	readonly name?: string;
}

const DAY = /^(\d{4}-\d{2}-\d{2})T/u;

/**
 * Writes events as objects of S3 or of a store that speaks it, one a minute and stream, in folders by the event's
 * own day (`<prefix>day=2026-11-21/`): at least once, in order. A repeated event meets the object that it is in, also when the
 * lane cuts its batches otherwise after a crash; docs/siem/s3.md says when it can be stored twice.
 *
 * Throws `TypeError` on an invalid option, and for `parquet` where its package is not installed.
 *
 * @example
 * ```ts
 * import { s3Sink } from "@mcp-trail/sinks/s3";
 *
 * const audit = openAudit({
 * 	service: "tickets",
 * 	trail: fileTrail({ dir: "/var/lib/tickets/audit" }),
 * 	sinks: [s3Sink({ bucket: "acme-audit", region: "eu-central-1" })],
 * });
 * ```
 */
export function s3Sink(options: S3SinkOptions): Sink {
	const {
		prefix = "mcp-audit/",
		format = "stored_line",
		existing = "compare",
		name = "s3",
		gzip = true,
		lingerMs = 60_000,
	} = options;
	const check = optionCheck("s3Sink");
	checkBucketOptions(check, name, options);
	checkPrefix(check, "prefix", prefix);
	const known =
		typeof format === "string"
			? format === "stored_line" || format === "parquet"
			: /\bjson\b/u.test(format.mediaType);
	check(known, "format", 'takes "stored_line", "parquet" or a format of JSON objects');

	const shared = {
		name,
		bucket: options,
		lingerMs,
		ordered: true,
		existing,
		objects: bucketObjects("S3", options),
		probes: [`${prefix}_probe/`],
	};
	const folder = ({ event }: SealedEvent): string => {
		const [, day = "undated"] = DAY.exec(event.time) ?? [];
		return `${prefix}day=${day}/`;
	};
	if (format === "parquet") {
		checkParquetPeer("s3Sink", "`format` parquet");
		return bucketSink({
			...shared,
			suffix: ".parquet",
			contentType: "application/vnd.apache.parquet",
			entry: (event) => ({ folder: folder(event), row: storedRow(event) }),
			encode: async (rows, signal) => parquetFile(storedColumns, rows, signal),
		});
	}
	return bucketSink({
		...shared,
		suffix: gzip ? ".ndjson.gz" : ".ndjson",
		contentType: gzip ? "application/gzip" : "application/x-ndjson",
		entry: (event) => ({
			folder: folder(event),
			row: jsonLine(event, format === "stored_line" ? undefined : format),
		}),
		encode: async (lines) => ndjsonFile(lines, gzip),
	});
}
