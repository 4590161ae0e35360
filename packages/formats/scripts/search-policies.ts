type Policy = Readonly<Record<string, unknown>>;

const KEEP = "400d";

/** Elastic's index lifecycle: dated indices are only deleted, a data stream is also rolled over. */
const elasticsearch: ReadonlyMap<string, Policy> = new Map([
	["_ilm/policy/mcp-audit", ilm({})],
	[
		"_ilm/policy/logs-mcp.audit",
		ilm({ rollover: { max_primary_shard_size: "50gb", max_age: "30d" } }),
	],
]);

function ilm(hot: Policy): Policy {
	return {
		policy: {
			_meta: { description: `Deletes audit events after ${KEEP}.`, managed_by: "mcp-trail" },
			phases: {
				hot: { min_age: "0ms", actions: { ...hot, set_priority: { priority: 100 } } },
				delete: { min_age: KEEP, actions: { delete: {} } },
			},
		},
	};
}

/** OpenSearch's index state management, by its plugin. */
const opensearch: ReadonlyMap<string, Policy> = new Map([
	["_plugins/_ism/policies/mcp-audit", ism("mcp-audit-*", [])],
	[
		"_plugins/_ism/policies/logs-mcp.audit",
		ism("logs-mcp.audit-*", [
			{ rollover: { min_primary_shard_size: "50gb", min_index_age: "30d" } },
		]),
	],
]);

function ism(pattern: string, actions: readonly Policy[]): Policy {
	return {
		policy: {
			description: `Deletes audit events after ${KEEP}.`,
			default_state: "kept",
			states: [
				{
					name: "kept",
					actions,
					transitions: [{ state_name: "deleted", conditions: { min_index_age: KEEP } }],
				},
				{ name: "deleted", actions: [{ delete: {} }], transitions: [] },
			],
			ism_template: [{ index_patterns: [pattern], priority: 100 }],
		},
	};
}

/** Retention by the path that a policy is put to, below the cluster's address. */
export const searchPolicies = { elasticsearch, opensearch };
