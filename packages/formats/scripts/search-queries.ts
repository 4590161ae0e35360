type Query = Readonly<Record<string, unknown>>;

const LAST_DAY: Query = { range: { "@timestamp": { gte: "now-24h" } } };
const OUTCOMES: Query = { term: { "mcp_trail.phase": "outcome" } };
const CALLS: Query = { term: { "event.action": "tools/call" } };
const NEWEST_FIRST = [{ "@timestamp": "desc" }, { "event.sequence": "desc" }];
const SHOWN = [
	"@timestamp",
	"event.id",
	"event.action",
	"event.outcome",
	"event.reason",
	"user.id",
	"service.name",
	"mcp_trail.actor.principal.type",
	"mcp_trail.target.name",
	"mcp_trail.outcome.executed",
	"mcp.resource.uri",
];

const all = (...filter: readonly Query[]): Query => ({ bool: { filter } });
const list = (query: Query): Query => ({
	size: 100,
	sort: NEWEST_FIRST,
	query,
	_source: SHOWN,
});

/**
 * The first questions of an analyst as bodies of `_search`, the same in both products. One call that
 * its client and its server both recorded is two events, which `mcp_trail.mcp.role` tells apart.
 */
export const searchQueries: ReadonlyMap<string, Query> = new Map([
	[
		"who-called-what",
		{
			size: 0,
			query: all(LAST_DAY, OUTCOMES, CALLS),
			aggs: {
				calls: {
					multi_terms: {
						size: 100,
						terms: [
							{ field: "user.id", missing: "(unknown)" },
							{ field: "gen_ai.tool.name", missing: "(none)" },
							{ field: "service.name" },
							{ field: "mcp_trail.mcp.role" },
						],
					},
					aggs: { last: { max: { field: "@timestamp" } } },
				},
			},
		},
	],
	[
		"failures-by-tool",
		{
			size: 0,
			query: all(LAST_DAY, OUTCOMES, CALLS, {
				terms: { "mcp_trail.outcome.status": ["failure", "timeout"] },
			}),
			aggs: {
				tools: {
					terms: { field: "gen_ai.tool.name", missing: "(none)", size: 100 },
					aggs: { reasons: { terms: { field: "event.reason", size: 10 } } },
				},
			},
		},
	],
	["denied", list(all(LAST_DAY, { term: { "event.type": "denied" } }))],
	[
		"calls-of-one-principal",
		// `alice` stands for the principal: its id, or the digest that the trail keeps instead.
		list(
			all(LAST_DAY, {
				bool: {
					should: [{ term: { "related.user": "alice" } }, { term: { "user.hash": "alice" } }],
					minimum_should_match: 1,
				},
			}),
		),
	],
	[
		"gaps-in-a-chain",
		{
			size: 0,
			query: { match_all: {} },
			aggs: {
				streams: {
					terms: { field: "mcp_trail.integrity.stream_id", size: 1_000 },
					aggs: {
						first: { min: { field: "event.sequence" } },
						last: { max: { field: "event.sequence" } },
						found: { value_count: { field: "event.sequence" } },
						missing: {
							bucket_script: {
								buckets_path: { first: "first", last: "last", found: "found" },
								script: "params.last - params.first + 1 - params.found",
							},
						},
						only_gaps: {
							bucket_selector: {
								buckets_path: { missing: "missing", first: "first" },
								script: "params.missing != 0 || params.first > 1",
							},
						},
					},
				},
			},
		},
	],
]);
