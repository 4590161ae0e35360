import { webhookSink } from "@mcp-trail/sinks/webhook";
import { receiver, secret } from "../../../packages/sinks/src/webhook/testing/receiver.ts";
import type { DrillTarget } from "../drill-target.ts";

/** Takes one event with each request, in order. */
export const target: DrillTarget = {
	name: "webhook",
	start: async () => {
		const { server, ids, poison } = await receiver();
		return {
			url: server.url,
			sink: (url, { timeoutMs }) => webhookSink({ url, secret, timeoutMs }),
			received: ids,
			poison: (refused) => {
				for (const id of refused) poison.add(id);
			},
			close: async () => server.close(),
		};
	},
};
