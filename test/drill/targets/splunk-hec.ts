import { splunkHecSink } from "@mcp-trail/sinks/splunk-hec";
import { collector } from "../../../packages/sinks/src/splunk-hec/testing/collector.ts";
import type { DrillTarget } from "../drill-target.ts";

/** Takes events up to the one it refuses, and says in a second request whether they are indexed. */
export const target: DrillTarget = {
	name: "splunk-hec",
	busy: { status: 503, body: '{"text":"Server is busy","code":9}' },
	unauthorized: { status: 403, body: '{"text":"Invalid token","code":4}' },
	confirmsLater: true,
	start: async () => {
		const { server, ids, poison } = await collector({ questions: 1 });
		return {
			url: server.url,
			sink: (url, { timeoutMs }) =>
				splunkHecSink({ url, token: "token", timeoutMs, ackPollMs: 5, ackTimeoutMs: 2_000 }),
			received: ids,
			poison: (refused) => {
				for (const id of refused) poison.add(id);
			},
			close: async () => server.close(),
		};
	},
};
