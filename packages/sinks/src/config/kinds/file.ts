import type { FileSinkOptions } from "../../file.ts";
import { type Every, sinkKind } from "../kind.ts";
import { optional } from "../words.ts";

export const fileKind = sinkKind({
	type: "file",
	example: { path: "/var/log/mcp/audit.ndjson" },
	options: (is) =>
		({
			path: is.text,
			format: optional(is.format),
			maxBytes: optional(is.count),
			keepFiles: optional(is.count),
			sync: optional(is.flag),
			timeoutMs: optional(is.count),
		}) satisfies Every<FileSinkOptions>,
	open: async (options) => (await import("../../file.ts")).fileSink(options),
});
