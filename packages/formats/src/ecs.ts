import type { StoredEvent } from "@mcp-trail/event";
import {
	afterSlash,
	again,
	asText,
	computed,
	existingTime,
	ipAddressAgain,
	ofText,
	summary,
	timeRows,
	words,
} from "./conversions.ts";
import { categoriesOf, typesOf } from "./ecs-categories.ts";
import type { Format } from "./format.ts";
import type { Mapping } from "./mapping.ts";
import { ecsOutcomes } from "./outcomes.ts";
import { tableText, type WriteText } from "./table-text.ts";
import { table } from "./table.ts";
import type { Conversion, Fields, Row } from "./table.ts";

/** Nanoseconds, unless they would not be exact. */
const nanoseconds: Conversion = {
	says: "nanoseconds",
	keeps: true,
	reads: [],
	of: (us) => (typeof us === "number" && Number.isSafeInteger(us * 1_000) ? us * 1_000 : undefined),
};

const isTool = ofText(
	"if `target.kind` is tool",
	(name, { target }) => (target?.kind === "tool" ? name : undefined),
	false,
	["target.kind"],
);

/** ECS labels hold no objects, and a dot makes one. */
const underscored: Conversion = {
	says: "dots in a key become `_`",
	keeps: false,
	reads: [],
	of: (labels) =>
		typeof labels === "object" && labels !== null
			? Object.fromEntries(
					Object.entries(labels).map(([key, value]) => [key.replaceAll(".", "_"), value]),
				)
			: undefined,
};

/** What `related.*` gathers, so that one search finds a value in every role. */
function related(
	says: string,
	reads: readonly string[],
	of: (event: StoredEvent) => readonly (string | undefined)[],
) {
	return computed(
		says,
		(event) => {
			const values = [...new Set(of(event).filter((value) => value !== undefined))];
			return values.length === 0 ? undefined : values;
		},
		reads,
	);
}

const eventRows: readonly Row[] = [
	...timeRows("@timestamp"),
	{ to: "ecs.version", is: "9.4.0" },
	{ to: "message", as: summary },
	{ to: "log.level", from: "severity" },
	{ to: "event.kind", from: "type", as: words({ "mcp.finding": "alert" }, "event") },
	{
		to: "event.category",
		as: computed("by `type`; the table is `ecs-categories.ts`", categoriesOf, ["type"]),
	},
	{
		to: "event.type",
		as: computed("by `type`, `phase` and whether it was allowed or denied", typesOf, [
			"type",
			"phase",
			"input.action",
			"outcome.status",
		]),
	},
	{ to: "event.action", from: "mcp.method" },
	{ to: "event.action", from: "type", as: again },
	{ to: "event.outcome", from: "outcome.status", as: words(ecsOutcomes, "unknown") },
	{ to: "event.reason", from: "outcome.reason" },
	{ to: "event.id", from: "id" },
	{ to: "event.sequence", from: "integrity.sequence" },
	{ to: "event.hash", from: "integrity.hash" },
	{ to: "event.dataset", is: "mcp.audit" },
	{ to: "event.module", is: "mcp_trail" },
	{ to: "event.provider", from: "producer.recorder" },
	{
		to: "event.severity",
		from: "severity",
		as: words({ informational: 1, low: 2, medium: 3, high: 4, critical: 5 }, 1),
	},
	{ to: "event.start", from: "start_time", as: existingTime },
	{ to: "event.created", from: "observed_time", as: existingTime },
	{ to: "event.duration", from: "duration_us", as: nanoseconds },
	{ to: "error.code", from: "outcome.rpc_code", as: asText },
	{ to: "error.type", from: "outcome.reason", as: again },
	{ to: "error.message", from: "outcome.message" },
];

const actorRows: readonly Row[] = [
	{ to: "user.id", from: "actor.principal.id" },
	{ to: "user.hash", from: "actor.principal.id_digest" },
	{ to: "organization.id", from: "actor.principal.tenant" },
	{ to: "user_agent.original", from: "network.http.user_agent" },
	{ to: "client.address", from: "network.client_address" },
	{ to: "client.ip", from: "network.client_address", as: ipAddressAgain },
	{ to: "client.port", from: "network.client_port" },
	{ to: "source.address", from: "network.client_address", as: again },
	{ to: "source.ip", from: "network.client_address", as: ipAddressAgain },
	{ to: "source.port", from: "network.client_port", as: again },
	{ to: "server.address", from: "network.server_address" },
	{ to: "server.ip", from: "network.server_address", as: ipAddressAgain },
	{ to: "server.port", from: "network.server_port" },
	{ to: "http.version", from: "network.http.version" },
	{ to: "http.request.method", from: "network.http.method" },
	{ to: "http.request.id", from: "network.http.request_id" },
	{ to: "http.response.status_code", from: "outcome.http_status" },
];

const sourceRows: readonly Row[] = [
	{ to: "service.name", from: "producer.service" },
	{ to: "service.version", from: "producer.service_version" },
	{ to: "service.node.name", from: "producer.instance" },
	{ to: "service.environment", from: "producer.environment" },
	{ to: "host.name", from: "producer.host" },
	{ to: "observer.product", is: "mcp-trail" },
	{ to: "observer.version", from: "producer.recorder", as: afterSlash },
	{ to: "trace.id", from: "trace.id" },
	{ to: "span.id", from: "trace.span_id" },
	{ to: "rule.id", from: "finding.rule" },
	{ to: "rule.name", from: "finding.title" },
	{
		to: "related.user",
		as: related(
			"`actor.principal.id` and `actor.delegation`",
			["actor.principal.id", "actor.delegation"],
			({ actor }) => [actor?.principal.id, ...(actor?.delegation ?? []).map(({ id }) => id)],
		),
	},
	{ to: "related.ip[0]", from: "network.client_address", as: ipAddressAgain },
	{
		to: "related.hosts",
		as: related(
			"`producer.host` and `network.server_address`",
			["producer.host", "network.server_address"],
			({ producer, network }) => [producer.host, network?.server_address],
		),
	},
	{ to: "labels", from: "labels", as: underscored },
];

const mcpRows: readonly Row[] = [
	{ to: "gen_ai.tool.name", from: "target.name", as: isTool },
	{
		to: "gen_ai.operation.name",
		from: "mcp.method",
		as: words({ "tools/call": "execute_tool" }),
	},
	{ to: "mcp.method.name", from: "mcp.method", as: again },
	{ to: "mcp.protocol.version", from: "mcp.protocol_version" },
	{ to: "mcp.resource.uri", from: "target.uri" },
	{ to: "jsonrpc.request.id", from: "mcp.request_id" },
];

const rows = [...eventRows, ...actorRows, ...sourceRows, ...mcpRows];
const fill = table(rows);
const REST = "mcp_trail";

/** Elastic Common Schema 9.4. */
export const ecs: Format<Fields> = {
	name: "ecs",
	mediaType: "application/json",
	project: (event) => {
		const { said, rest } = fill(event);
		return { ...said, [REST]: rest };
	},
};

/**
 * Makes a writer that says stored lines in ECS without parsing them, each with the line itself as `event.original`:
 * byte for byte what `JSON.stringify` says of `ecs.project` with that member added. What it says of one line it may
 * remember for the next.
 */
export function ecsLines(): WriteText {
	return tableText(rows, { rest: REST, line: { block: "event", name: "original" } });
}

/** How `ecs` maps. */
export const ecsMapping: Mapping<Fields> = {
	format: ecs,
	title: "Elastic Common Schema 9.4",
	about:
		"ECS has no fields for MCP and permits custom ones: MCP's own facts have OpenTelemetry's names (`mcp.*`, `jsonrpc.*`, `gen_ai.*`). `error` is no expected `event.type` of category `api`; a failure is `event.outcome` and `error.*`. `data_stream.*` belongs to where a document is sent and is not written. `event.ingested` is the pipeline's.",
	parts: [
		{ title: "Event", rows: eventRows },
		{ title: "Actor and network", rows: actorRows },
		{ title: "Source and context", rows: sourceRows },
		{ title: "MCP", rows: mcpRows },
	],
	rest: "`mcp_trail.*`, under the event's own names.",
};
