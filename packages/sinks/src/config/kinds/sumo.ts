import type { SumoSinkOptions } from "../../sumo.ts";
import { type Every, sinkKind } from "../kind.ts";
import { optional } from "../words.ts";

export const sumoKind = sinkKind({
	type: "sumo",
	example: { url: { file: "/etc/tickets/sumo-url" } },
	options: (is) =>
		({
			url: is.secret,
			category: optional(is.text),
			sourceName: optional(is.text),
			sourceHost: optional(is.text),
			format: optional(is.objectFormat),
			...is.http,
		}) satisfies Every<SumoSinkOptions>,
	open: async (options) => (await import("../../sumo.ts")).sumoSink(options),
});
