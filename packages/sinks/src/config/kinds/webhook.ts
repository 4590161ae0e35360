import { z } from "zod";
import type { WebhookSinkOptions } from "../../webhook.ts";
import { type Every, sinkKind } from "../kind.ts";
import { optional } from "../words.ts";

export const webhookKind = sinkKind({
	type: "webhook",
	example: { url: "https://hooks.example.com/audit", secret: { env: "HOOK_SECRET" } },
	options: (is) =>
		({
			url: is.text,
			secret: z.union([is.secret, is.list(is.secret)], {
				error:
					'takes { "env": "NAME" } or { "file": "/path" }, or a list of them; never the value itself.',
			}),
			auth: optional(is.auth),
			format: optional(is.format),
			maxRequestBytes: optional(is.count),
			...is.http,
		}) satisfies Every<WebhookSinkOptions>,
	open: async (options) => (await import("../../webhook.ts")).webhookSink(options),
});
