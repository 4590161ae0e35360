import type { Every } from "../kind.ts";
import type { ConnectionOptions } from "../../syslog/connection-options.ts";
import type { LineOptions } from "../../syslog/lines.ts";
import { optional, type Words } from "../words.ts";

/** Where a receiver of syslog or RELP is. */
export const connection = (is: Words) =>
	({
		host: is.text,
		tls: is.http.tls,
		timeoutMs: optional(is.count),
	}) satisfies Every<ConnectionOptions>;

/** What a message of them holds. */
export const line = (is: Words) =>
	({
		format: optional(is.oneOf(["rfc5424", "rfc5424_cef", "rfc5424_json", "cef", "leef"])),
		maxBytes: optional(is.count),
		facility: optional(
			is.oneOf([
				"auth",
				"authpriv",
				"audit",
				"alert",
				"local0",
				"local1",
				"local2",
				"local3",
				"local4",
				"local5",
				"local6",
				"local7",
			]),
		),
		privateEnterpriseNumber: optional(is.count),
	}) satisfies Every<LineOptions>;
