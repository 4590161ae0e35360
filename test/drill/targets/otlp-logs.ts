import { otlpLogsSink } from "@mcp-trail/sinks/otlp-logs";
import { otlpReceiver } from "../../../packages/sinks/src/otlp-logs/testing/otlp-receiver.ts";
import type { DrillTarget } from "../drill-target.ts";

/** Takes what it can of a request and says how many records it rejected, but not which. */
export const target: DrillTarget = {
	name: "otlp-logs",
	start: async () => {
		const { server, ids, poison } = await otlpReceiver();
		return {
			url: server.url,
			sink: (url, { timeoutMs }) => otlpLogsSink({ url, timeoutMs }),
			received: ids,
			poison: (refused) => {
				for (const id of refused) poison.add(id);
			},
			close: async () => server.close(),
		};
	},
};
