import { z } from "zod";
import type { S3SinkOptions } from "../../s3.ts";
import { type Every, sinkKind } from "../kind.ts";
import { optional, type Words } from "../words.ts";

/** What every sink that writes objects takes; a function as `credentials` cannot stand in JSON. */
export const bucketOptions = (is: Words) => ({
	bucket: is.text,
	region: is.text,
	endpoint: optional(is.text),
	pathStyle: optional(is.flag),
	credentials: optional(
		is.object({
			accessKeyId: is.secret,
			secretAccessKey: is.secret,
			sessionToken: optional(is.secret),
		}),
	),
	objectLock: optional(is.object({ mode: is.oneOf(["COMPLIANCE", "GOVERNANCE"]), days: is.count })),
	kmsKeyId: optional(is.text),
	lingerMs: optional(is.count),
	maxObjectEvents: optional(is.count),
	maxObjectBytes: optional(is.count),
	existing: optional(is.oneOf(["compare", "trust"])),
	...is.http,
});

export const s3Kind = sinkKind({
	type: "s3",
	example: { bucket: "acme-audit", region: "eu-central-1" },
	options: (is) =>
		({
			...bucketOptions(is),
			prefix: optional(z.string({ error: "takes text." })),
			format: optional(
				z.union([z.enum(["stored_line", "parquet"]), is.objectFormat], {
					error:
						"takes stored_line, parquet, or the name of a format of JSON objects, such as ocsf.",
				}),
			),
		}) satisfies Every<S3SinkOptions>,
	open: async (options) => (await import("../../s3.ts")).s3Sink(options),
});
