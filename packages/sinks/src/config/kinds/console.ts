import type { ConsoleSinkOptions } from "../../console.ts";
import { type Every, sinkKind } from "../kind.ts";
import { optional } from "../words.ts";

export const consoleKind = sinkKind({
	type: "console",
	example: {},
	options: (is) =>
		({ format: optional(is.oneOf(["readable", "ndjson"])) }) satisfies Every<
			Omit<ConsoleSinkOptions, "stream">
		>,
	open: async (options) => (await import("../../console.ts")).consoleSink(options),
});
