import { sentinelSink } from "@mcp-trail/sinks/sentinel";
import { azure, optionsFor } from "../../../packages/sinks/src/sentinel/testing/azure.ts";
import type { DrillTarget } from "../drill-target.ts";

/** Takes an array or refuses it whole with 400; tokens come from the same server. */
export const target: DrillTarget = {
	name: "sentinel",
	start: async () => {
		const { server, ids, poison } = await azure();
		return {
			url: server.url,
			sink: (url, { timeoutMs }) => sentinelSink({ ...optionsFor(url), timeoutMs }),
			received: ids,
			poison: (refused) => {
				for (const id of refused) poison.add(id);
			},
			close: async () => server.close(),
		};
	},
};
