import type { SplunkHecSinkOptions } from "../../splunk-hec.ts";
import { type Every, sinkKind } from "../kind.ts";
import { optional } from "../words.ts";

export const splunkHecKind = sinkKind({
	type: "splunk-hec",
	example: { url: "https://splunk.example.com:8088", token: { env: "SPLUNK_HEC_TOKEN" } },
	options: (is) =>
		({
			url: is.text,
			token: is.secret,
			acknowledge: optional(is.flag),
			ackPollMs: optional(is.count),
			ackTimeoutMs: optional(is.count),
			index: optional(is.text),
			sourcetype: optional(is.text),
			source: optional(is.text),
			format: optional(is.format),
			maxRequestBytes: optional(is.count),
			...is.http,
		}) satisfies Every<SplunkHecSinkOptions>,
	open: async (options) => (await import("../../splunk-hec.ts")).splunkHecSink(options),
});
