/** The SIEM act: one call in the words of OCSF and ECS; with a cluster, the same calls found there by query. */
import { readFileSync } from "node:fs";
import type { Sink } from "@mcp-trail/audit";
import type { StoredEvent } from "@mcp-trail/event";
import { ecs, ocsf19 } from "@mcp-trail/formats";
import { elasticsearchSink } from "@mcp-trail/sinks/elasticsearch";
import { heading, showColumns } from "./show.ts";

const CONTENT = new URL("../../schemas/siem/opensearch/", import.meta.url);
const TEMPLATES = [
	"_component_template/mcp-trail-settings",
	"_component_template/mcp-trail-ecs",
	"_component_template/mcp-trail-event",
	"_index_template/mcp-audit",
];
/** What of an event an analyst reads first, in each schema's own words. */
const SHOWN = {
	OCSF: [
		"class_uid",
		"activity_id",
		"status_id",
		"severity_id",
		"api.operation",
		"resources.0.name",
		"actor.user.uid",
		"actor.app_name",
		"metadata.uid",
		"metadata.sequence",
	],
	ECS: [
		"event.category.0",
		"event.action",
		"event.outcome",
		"event.reason",
		"gen_ai.tool.name",
		"user.id",
		"service.name",
		"mcp.protocol.version",
		"event.id",
		"event.sequence",
	],
} as const;

/** A member by its path, as text; empty where there is none. */
function at(node: unknown, path: string): string {
	const value = path.split(".").reduce<unknown>((below, name) => Object(below)[name], node);
	return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** Shows a call and a failure as an analyst's schema says them. */
export function siemAct(events: readonly StoredEvent[]): void {
	heading("6. The same calls, in the words of a SIEM");
	const calls = events.filter(
		({ phase, mcp, outcome }) =>
			phase === "outcome" && mcp?.method === "tools/call" && outcome !== undefined,
	);
	const good = calls.find(({ outcome }) => outcome?.status === "success");
	const bad = calls.find(({ outcome }) => outcome?.status === "failure");
	for (const [schema, format] of [
		["OCSF", ocsf19],
		["ECS", ecs],
	] as const) {
		const said = [good, bad].flatMap((event) =>
			event === undefined ? [] : [format.project(event)],
		);
		const rows = SHOWN[schema]
			.map((path) => [path.replace(".0", "[0]"), ...said.map((document) => at(document, path))])
			.filter(([, ...values]) => values.some((value) => value !== ""));
		showColumns([schema, "a call", "a failure"], rows);
	}
	console.log("   the rest: npx mcp-trail convert --to ocsf|ecs|cef|… <trail>, docs/formats.md");
}

async function ask(url: string, method: string, path: string, body?: string): Promise<unknown> {
	const response = await fetch(new URL(path, url), {
		method,
		headers: { "content-type": "application/json" },
		signal: AbortSignal.timeout(20_000),
		...(body === undefined ? {} : { body }),
	});
	if (!response.ok)
		throw new Error(
			`${method} ${path} at OPENSEARCH_URL: ${response.status} ${await response.text()}`,
		);
	return response.json();
}

const content = (path: string): string => readFileSync(new URL(`${path}.json`, CONTENT), "utf8");

/** The sink where `OPENSEARCH_URL` is set, with the templates loaded; else nothing. */
export async function openSearchSinks(url: string | undefined): Promise<Sink[]> {
	if (url === undefined) return [];
	for (const path of TEMPLATES) await ask(url, "PUT", path, content(path));
	return [elasticsearchSink({ url, name: "opensearch" })];
}

/** Finds by query what this process recorded; true when every event is there with its stored line. */
export async function openSearchAct(url: string, events: readonly StoredEvent[]): Promise<boolean> {
	heading(`OpenSearch: the same calls, found by query (${url})`);
	const mine = events.filter((event) => event.producer.service === "desk");
	const streams = [...new Set(mine.map((event) => event.integrity.stream_id))];
	await ask(url, "POST", "mcp-audit/_refresh");
	const found = (await ask(
		url,
		"POST",
		"mcp-audit/_search",
		JSON.stringify({
			size: 1_000,
			query: { terms: { "mcp_trail.integrity.stream_id": streams } },
			sort: ["event.sequence"],
		}),
	)) as { hits: { hits: { _source: { event: { id: string; original: string } } }[] } };
	const lines = new Map(
		found.hits.hits.map(({ _source: { event } }) => [event.id, event.original]),
	);
	const missing = mine.filter((event) => lines.get(event.id) !== JSON.stringify(event)).length;

	const { aggregations } = (await ask(
		url,
		"POST",
		"mcp-audit/_search",
		// The saved query, asked of this run alone.
		JSON.stringify(
			withFilter(JSON.parse(content("queries/who-called-what")), {
				terms: { "mcp_trail.integrity.stream_id": streams },
			}),
		),
	)) as { aggregations: { calls: { buckets: { key: string[]; doc_count: number }[] } } };
	showColumns(
		["who", "tool", "service", "recorded by", "calls"],
		aggregations.calls.buckets.map(({ key, doc_count: count }) => [...key, String(count)]),
	);
	console.log(
		`   queries/who-called-what.json; ${lines.size} documents read back, ${missing} of ${mine.length} missing or changed`,
	);
	return missing === 0 && aggregations.calls.buckets.length > 0;
}

interface Query {
	readonly query: { readonly bool: { readonly filter: readonly unknown[] } };
}

function withFilter(body: Query, filter: unknown): unknown {
	return { ...body, query: { bool: { filter: [...body.query.bool.filter, filter] } } };
}
