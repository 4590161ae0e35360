import type { SecopsSinkOptions } from "../../secops.ts";
import { type Every, sinkKind } from "../kind.ts";
import { optional } from "../words.ts";

export const secopsKind = sinkKind({
	type: "secops",
	example: {
		project: "acme-security",
		region: "eu",
		instance: "00000000-0000-0000-0000-000000000000",
		credentials: { file: "/etc/tickets/secops-key.json" },
	},
	options: (is) =>
		({
			project: is.text,
			region: is.text,
			instance: is.text,
			credentials: optional(is.secret),
			token: optional(is.secret),
			url: optional(is.text),
			tokenUrl: optional(is.text),
			...is.http,
		}) satisfies Every<SecopsSinkOptions>,
	open: async (options) => (await import("../../secops.ts")).secopsSink(options),
});
