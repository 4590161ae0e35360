import type { RelpSinkOptions } from "../../relp.ts";
import { type Every, sinkKind } from "../kind.ts";
import { optional } from "../words.ts";
import { connection, line } from "./lines.ts";

export const relpKind = sinkKind({
	type: "relp",
	example: {
		host: "rsyslog.example.com",
		port: 20_514,
		tls: { ca: { file: "/etc/ssl/syslog-ca.pem" } },
	},
	options: (is) =>
		({
			...connection(is),
			transport: optional(is.oneOf(["tls", "tcp"])),
			port: is.count,
			window: optional(is.count),
			...line(is),
		}) satisfies Every<RelpSinkOptions>,
	open: async (options) => (await import("../../relp.ts")).relpSink(options),
});
