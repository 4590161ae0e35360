import type { SentinelSinkOptions } from "../../sentinel.ts";
import { type Every, sinkKind } from "../kind.ts";
import { optional } from "../words.ts";

export const sentinelKind = sinkKind({
	type: "sentinel",
	example: {
		url: "https://mcp-audit-x1y2.westeurope-1.ingest.monitor.azure.com",
		ruleId: "dcr-00000000000000000000000000000000",
		tenantId: "00000000-0000-0000-0000-000000000000",
		clientId: "00000000-0000-0000-0000-000000000000",
		clientSecret: { env: "AZURE_CLIENT_SECRET" },
	},
	options: (is) =>
		({
			url: is.text,
			ruleId: is.text,
			stream: optional(is.text),
			tenantId: is.text,
			clientId: is.text,
			clientSecret: optional(is.secret),
			clientAssertion: optional(is.secret),
			cloud: optional(is.oneOf(["public", "government", "china"])),
			loginUrl: optional(is.text),
			format: optional(is.objectFormat),
			...is.http,
		}) satisfies Every<SentinelSinkOptions>,
	open: async (options) => (await import("../../sentinel.ts")).sentinelSink(options),
});
