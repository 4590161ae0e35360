import type { DatadogSinkOptions } from "../../datadog.ts";
import { type Every, sinkKind } from "../kind.ts";
import { optional } from "../words.ts";

export const datadogKind = sinkKind({
	type: "datadog",
	example: { apiKey: { env: "DD_API_KEY" }, site: "datadoghq.eu" },
	options: (is) =>
		({
			apiKey: is.secret,
			site: optional(is.text),
			url: optional(is.text),
			format: optional(is.format),
			tags: optional(is.text),
			...is.http,
		}) satisfies Every<DatadogSinkOptions>,
	open: async (options) => (await import("../../datadog.ts")).datadogSink(options),
});
