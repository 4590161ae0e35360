import { secopsSink } from "@mcp-trail/sinks/secops";
import { google, optionsFor } from "../../../packages/sinks/src/secops/testing/google.ts";
import type { DrillTarget } from "../drill-target.ts";

/** Takes all events of a request or none, 400; tokens come from the same server. */
export const target: DrillTarget = {
	name: "secops",
	start: async () => {
		const { server, ids, poison } = await google();
		return {
			url: server.url,
			sink: (url, { timeoutMs }) => secopsSink({ ...optionsFor(url), timeoutMs }),
			received: ids,
			poison: (refused) => {
				for (const id of refused) poison.add(id);
			},
			close: async () => server.close(),
		};
	},
};
