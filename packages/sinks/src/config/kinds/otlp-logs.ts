import type { OtlpLogsSinkOptions } from "../../otlp-logs.ts";
import { type Every, sinkKind } from "../kind.ts";
import { optional } from "../words.ts";

export const otlpLogsKind = sinkKind({
	type: "otlp-logs",
	example: { url: "http://collector:4318" },
	options: (is) =>
		({
			url: is.text,
			path: optional(is.text),
			auth: optional(is.auth),
			headers: optional(is.members(is.secret)),
			encoding: optional(is.oneOf(["protobuf", "json"])),
			body: optional(is.oneOf(["stored_line", "none"])),
			resource: optional(is.members(is.text)),
			maxRequestBytes: optional(is.count),
			...is.http,
		}) satisfies Every<OtlpLogsSinkOptions>,
	open: async (options) => (await import("../../otlp-logs.ts")).otlpLogsSink(options),
});
