import { sumoSink } from "@mcp-trail/sinks/sumo";
import { source, SOURCE_PATH } from "../../../packages/sinks/src/sumo/testing/source.ts";
import type { DrillTarget } from "../drill-target.ts";

/** Takes lines; a body with one that it refuses is too large for it, 413. */
export const target: DrillTarget = {
	name: "sumo",
	start: async () => {
		const { server, ids, poison } = await source();
		return {
			url: server.url,
			sink: (url, { timeoutMs }) => sumoSink({ url: `${url}${SOURCE_PATH}`, timeoutMs }),
			received: ids,
			poison: (refused) => {
				for (const id of refused) poison.add(id);
			},
			close: async () => server.close(),
		};
	},
};
