import { elasticsearchSink } from "@mcp-trail/sinks/elasticsearch";
import { cluster } from "../../../packages/sinks/src/elasticsearch/testing/cluster.ts";
import type { DrillTarget } from "../drill-target.ts";

/** Says of each event what became of it, and refuses the id it holds already. */
export const target: DrillTarget = {
	name: "elasticsearch",
	busy: { status: 429, body: '{"error":{"type":"es_rejected_execution_exception"},"status":429}' },
	start: async () => {
		const { server, ids, itemFaults } = await cluster();
		return {
			url: server.url,
			sink: (url, { timeoutMs }) => elasticsearchSink({ url, timeoutMs }),
			received: ids,
			poison: (refused) => {
				const fault = { status: 400, type: "mapper_parsing_exception" };
				for (const id of refused) itemFaults.set(id, fault);
			},
			close: async () => server.close(),
		};
	},
};
