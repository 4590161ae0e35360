import { ecsMapping } from "../src/ecs.ts";
import { ecsFieldTypes } from "./ecs-fields.ts";
import { eventFields, type EventFieldType } from "./event-fields.ts";

/** The two products, which differ in names and in where policies live. */
export const products = {
	elasticsearch: { labels: "flattened" },
	opensearch: { labels: "flat_object" },
} as const;

type Product = keyof typeof products;
type Mapped = Readonly<Record<string, unknown>>;

const keyword: Mapped = { type: "keyword", ignore_above: 1_024 };
const rows = ecsMapping.parts.flatMap((part) => part.rows);

/** Fields under ECS's own names. */
const ecsFields = new Map<string, Mapped>([
	...Object.entries(ecsFieldTypes).map(([name, type]): [string, Mapped] => [
		name,
		type === "keyword" ? keyword : { type },
	]),
	// The stored line: kept to the byte, never searched, and longer than an index can hold.
	["event.original", { type: "keyword", index: false, doc_values: false }],
]);

/** Fields of namespaces that ECS leaves to others, from the table itself. */
const customFields = new Map<string, Mapped>(
	rows
		.map(({ to }) => to)
		.filter((to) => /^(?:mcp|jsonrpc)\./u.test(to))
		.map((to) => [to, keyword]),
);

/** Members that a row keeps whatever they say: of these nothing is left for `mcp_trail`. */
const alwaysKept = new Set(rows.flatMap(({ from, as }) => (as === undefined ? (from ?? []) : [])));

const eventTypes: Readonly<Record<EventFieldType, (product: Product) => Mapped>> = {
	boolean: () => ({ type: "boolean" }),
	content: () => ({ type: "match_only_text" }),
	// A day that its month does not have is kept as it was written, and is not found by time.
	date: () => ({ type: "date", ignore_malformed: true }),
	keyword: () => keyword,
	labels: (product) => ({ type: products[product].labels }),
	long: () => ({ type: "long" }),
};

/** Fields under the event's own names: what ECS has no field for. */
const trailFields = (product: Product): ReadonlyMap<string, Mapped> =>
	new Map(
		[...eventFields()]
			.filter(([path]) => !alwaysKept.has(path))
			.map(([path, type]) => [`mcp_trail.${path}`, eventTypes[type](product)]),
	);

/** Dotted names as the nested properties of a mapping. */
function properties(fields: ReadonlyMap<string, Mapped>): Mapped {
	const root: Record<string, unknown> = {};
	for (const [path, mapped] of [...fields].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
		const names = path.split(".");
		const last = names.pop() ?? "";
		let node = root;
		for (const name of names) {
			const block = (node[name] ??= { properties: {} }) as {
				properties: Record<string, unknown>;
			};
			node = block.properties;
		}
		node[last] = mapped;
	}
	return root;
}

/** What no template says is kept in the document and not searched: a newer event never fails for a field. */
const mappings = (fields: ReadonlyMap<string, Mapped>): Mapped => ({
	dynamic: false,
	properties: properties(fields),
});

const about = (description: string): Mapped => ({ description, managed_by: "mcp-trail" });
const parts = ["mcp-trail-settings", "mcp-trail-ecs", "mcp-trail-event"];

/** Every component and index template by the path that it is put to, below the cluster's address. */
export function searchTemplates(product: Product): ReadonlyMap<string, Mapped> {
	const elastic = product === "elasticsearch";
	const lifecycle = (policy: string): Mapped => (elastic ? { "index.lifecycle.name": policy } : {});
	return new Map<string, Mapped>([
		[
			"_component_template/mcp-trail-settings",
			{
				template: {
					settings: {
						"index.codec": "best_compression",
						"index.number_of_shards": 1,
						...(elastic
							? // A synthetic source would give back another text than the one that was hashed.
								{ "index.mode": "standard" }
							: {}),
					},
				},
				_meta: about("Settings of indices with audit events."),
			},
		],
		[
			"_component_template/mcp-trail-ecs",
			{
				template: {
					mappings: mappings(
						new Map([...ecsFields, ["labels", { type: products[product].labels }]]),
					),
				},
				_meta: about("ECS 9.4 as mcp-trail writes it."),
			},
		],
		[
			"_component_template/mcp-trail-event",
			{
				template: { mappings: mappings(new Map([...customFields, ...trailFields(product)])) },
				_meta: about("MCP's own facts, and under mcp_trail what ECS has no field for."),
			},
		],
		[
			"_index_template/mcp-audit",
			{
				index_patterns: ["mcp-audit-*"],
				priority: 500,
				composed_of: parts,
				template: { settings: lifecycle("mcp-audit"), aliases: { "mcp-audit": {} } },
				_meta: about("Audit events by their own day: mcp-audit-2026.11.21. Read from mcp-audit."),
			},
		],
		[
			"_index_template/logs-mcp.audit",
			{
				index_patterns: ["logs-mcp.audit-*"],
				priority: 500,
				composed_of: parts,
				data_stream: {},
				template: { settings: lifecycle("logs-mcp.audit") },
				_meta: about("Audit events as a data stream: logs-mcp.audit-default."),
			},
		],
	]);
}
