import { z } from "zod";
import type { SyslogSinkOptions } from "../../syslog.ts";
import { type Every, sinkKind } from "../kind.ts";
import { optional } from "../words.ts";
import { connection, line } from "./lines.ts";

export const syslogKind = sinkKind({
	type: "syslog",
	example: { host: "syslog.example.com", tls: { ca: { file: "/etc/ssl/syslog-ca.pem" } } },
	options: (is) =>
		({
			...connection(is),
			transport: optional(is.oneOf(["tls", "tcp", "udp"])),
			port: optional(is.count),
			...line(is),
			resendBytes: optional(
				z.int("takes a whole number from 0.").min(0, "takes a whole number from 0."),
			),
			datagramsPerSecond: optional(is.count),
		}) satisfies Every<SyslogSinkOptions>,
	open: async (options) => (await import("../../syslog.ts")).syslogSink(options),
});
