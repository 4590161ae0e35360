import { z } from "zod";
import type { ElasticsearchSinkOptions } from "../../elasticsearch.ts";
import { type Every, sinkKind } from "../kind.ts";
import { optional } from "../words.ts";

export const elasticsearchKind = sinkKind({
	type: "elasticsearch",
	example: { url: "https://search.example.com:9200", auth: { apiKey: { env: "SEARCH_KEY" } } },
	options: (is) =>
		({
			url: is.text,
			auth: optional(is.auth),
			index: optional(is.text),
			dataStream: optional(is.text),
			// First its own words: `ecs` here holds the stored line too.
			format: optional(
				z.union([z.enum(["ecs", "stored_line"]), is.objectFormat], {
					error: "takes ecs, stored_line, or the name of a format of JSON objects, such as ocsf.",
				}),
			),
			maxRequestBytes: optional(is.count),
			maxRequestEvents: optional(is.count),
			...is.http,
		}) satisfies Every<ElasticsearchSinkOptions>,
	open: async (options) => (await import("../../elasticsearch.ts")).elasticsearchSink(options),
});
