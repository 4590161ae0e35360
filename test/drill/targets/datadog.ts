import { datadogSink } from "@mcp-trail/sinks/datadog";
import { intake } from "../../../packages/sinks/src/datadog/testing/intake.ts";
import type { DrillTarget } from "../drill-target.ts";

/** Takes an array or refuses it whole with 400; a wrong key is 403. */
export const target: DrillTarget = {
	name: "datadog",
	unauthorized: { status: 403, body: '{"errors":["Forbidden"]}' },
	start: async () => {
		const { server, ids, poison } = await intake();
		return {
			url: server.url,
			sink: (url, { timeoutMs }) => datadogSink({ url, apiKey: "key", timeoutMs }),
			received: ids,
			poison: (refused) => {
				for (const id of refused) poison.add(id);
			},
			close: async () => server.close(),
		};
	},
};
