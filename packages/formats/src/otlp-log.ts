import { isIP } from "node:net";
import type { KnownType, StoredEvent } from "@mcp-trail/event";
import { again, asText, computed, ofText, realTime, words } from "./conversions.ts";
import { flatten } from "./flatten.ts";
import type { Format } from "./format.ts";
import type { Mapping } from "./mapping.ts";
import { readingMethods } from "./ocsf/classes.ts";
import { ecsOutcomes } from "./outcomes.ts";
import { table } from "./table.ts";
import type { Conversion, Fields, Row } from "./table.ts";

const MAX_FIXED64 = 2n ** 64n - 1n;

/** Nanoseconds since 1970, as decimal text: they do not fit a number, but an unsigned 64-bit one. */
function nanoseconds(time: string): string | undefined {
	const ns = BigInt(Date.parse(realTime(time))) * 1_000_000n;
	return ns < 0n || ns > MAX_FIXED64 ? undefined : String(ns);
}

const existingNs = ofText(
	"nanoseconds, if the day exists",
	(time) => (realTime(time) === time ? nanoseconds(time) : undefined),
	true,
);

const nearestNs = ofText(
	"nanoseconds, if it does not: 31 February is 3 March; 0, unknown, before 1970 and after 2554",
	(time) => nanoseconds(time) ?? "0",
);

const observedNs: Conversion = {
	...existingNs,
	says: "nanoseconds, if the day exists and is not before `time`",
	of: (observed, event) =>
		typeof observed === "string" && observed >= event.time && realTime(event.time) === event.time
			? existingNs.of(observed, event)
			: undefined,
};

const verbs: Readonly<Partial<Record<KnownType, string>>> = {
	"mcp.connection.opened": "CREATE",
	"mcp.connection.closed": "DELETE",
	"mcp.subscription.opened": "CREATE",
	"mcp.subscription.closed": "DELETE",
	"mcp.task.changed": "UPDATE",
	"mcp.definition.changed": "UPDATE",
	"mcp.discovery.read": "READ",
	"mcp.auth.token_exchanged": "LOGIN",
	"mcp.auth.client_registered": "CREATE",
	"trail.config_changed": "UPDATE",
	"trail.pruned": "DELETE",
	"trail.replayed": "EXPORT",
};

function verbOf({ type, mcp, input }: StoredEvent): string {
	if (type === "mcp.approval.decided") return input?.action === "accept" ? "APPROVE" : "REJECT";
	if (type === "mcp.request" && readingMethods.includes(mcp?.method ?? "")) return "READ";
	const known: Readonly<Record<string, string>> = verbs;
	return Object.hasOwn(known, type) ? (known[type] ?? "EXECUTE") : "EXECUTE";
}

function outcomeOf({ type, phase }: StoredEvent): "success" | "failure" | "unknown" {
	if (type === "trail.lost" || type === "trail.sink_refused") return "failure";
	return phase === "intent" || type === "mcp.finding" ? "unknown" : "success";
}

const ifKind = (kind: string): Conversion =>
	ofText(`said again, if \`target.kind\` is ${kind}`, (name, { target }) =>
		target?.kind === kind ? name : undefined,
	);

const recordRows: readonly Row[] = [
	{ to: "timeUnixNano", from: "time", as: existingNs },
	{ to: "timeUnixNano", from: "time", as: nearestNs },
	{ to: "observedTimeUnixNano", from: "observed_time", as: observedNs },
	{ to: "observedTimeUnixNano", from: "time", as: nearestNs },
	{ to: "eventName", from: "type" },
	{ to: "traceId", from: "trace.id" },
	{ to: "spanId", from: "trace.span_id" },
	{ to: "flags", from: "trace.flags" },
];

const auditRows: readonly Row[] = [
	{ to: "audit.record.id", from: "id" },
	{ to: "audit.schema.version", from: "schema_version" },
	{ to: "audit.actor.id", from: "actor.principal.id" },
	{ to: "audit.actor.id", from: "actor.principal.id_digest" },
	{
		to: "audit.actor.id",
		as: computed(
			"without an identifier `anonymous` or `unknown`; without `actor` `producer.service`",
			({ actor, producer }) => {
				if (actor === undefined) return producer.service;
				return actor.principal.type === "anonymous" ? "anonymous" : "unknown";
			},
		),
	},
	{
		to: "audit.actor.type",
		from: "actor.principal.type",
		as: words({ user: "user" }, "service"),
	},
	{ to: "audit.actor.type", is: "system" },
	{
		to: "audit.action",
		as: computed(
			"by `type`, `mcp.method` and `input.action`: EXECUTE, unless it only reads, creates, changes or ends something",
			verbOf,
		),
	},
	{ to: "audit.outcome", from: "outcome.status", as: words(ecsOutcomes, "unknown") },
	{
		to: "audit.outcome",
		as: computed(
			"without `outcome`: failure for `trail.lost` and `trail.sink_refused`, unknown for an intent and a finding, else success",
			outcomeOf,
		),
	},
	{ to: "audit.target.id", from: "target.name" },
	{ to: "audit.target.id", from: "target.uri" },
	{ to: "audit.target.id", from: "target.uri_digest" },
	{ to: "audit.target.id", from: "target.server.id" },
	{ to: "audit.target.type", from: "target.kind" },
	{ to: "audit.source.id", from: "network.client_address", as: again },
	{
		to: "audit.source.type",
		from: "network.client_address",
		as: ofText(
			"ipv4, ipv6 or hostname",
			(address) => ({ 4: "ipv4", 6: "ipv6" })[isIP(address)] ?? "hostname",
		),
	},
	{ to: "audit.sequence.stream_id", from: "integrity.stream_id" },
	{ to: "audit.sequence.number", from: "integrity.sequence" },
	{ to: "audit.sequence.previous_hash", from: "integrity.previous_hash" },
	{
		to: "audit.sequence.end",
		from: "type",
		as: ofText("true for `trail.stopped`", (type) => (type === "trail.stopped" ? true : undefined)),
	},
];

const conventionRows: readonly Row[] = [
	{ to: "mcp.method.name", from: "mcp.method" },
	{ to: "mcp.protocol.version", from: "mcp.protocol_version" },
	{ to: "mcp.resource.uri", from: "target.uri", as: again },
	{ to: "jsonrpc.request.id", from: "mcp.request_id" },
	{ to: "rpc.response.status_code", from: "outcome.rpc_code", as: asText },
	{ to: "error.type", from: "outcome.reason" },
	{ to: "gen_ai.tool.name", from: "target.name", as: ifKind("tool") },
	{ to: "gen_ai.prompt.name", from: "target.name", as: ifKind("prompt") },
	{ to: "gen_ai.conversation.id", from: "operation.conversation_id" },
	{ to: "http.request.method", from: "network.http.method" },
	{ to: "http.response.status_code", from: "outcome.http_status" },
	{ to: "user_agent.original", from: "network.http.user_agent" },
	{ to: "client.address", from: "network.client_address" },
	{ to: "client.port", from: "network.client_port" },
	{ to: "server.address", from: "network.server_address" },
	{ to: "server.port", from: "network.server_port" },
];

const resourceRows: readonly Row[] = [
	{ to: "service.name", from: "producer.service" },
	{ to: "service.version", from: "producer.service_version" },
	{ to: "service.instance.id", from: "producer.instance" },
	{ to: "host.name", from: "producer.host" },
	{ to: "deployment.environment.name", from: "producer.environment" },
];

const parts = [
	{ title: "Log record", place: "record", rows: recordRows },
	{ title: "Audit attributes", place: "attribute", rows: auditRows },
	{ title: "Convention attributes", place: "attribute", rows: conventionRows },
	{ title: "Resource attributes", place: "resource", rows: resourceRows },
] as const;

const placed = parts.flatMap(({ place, rows }) =>
	rows.map((row) => ({ place, name: row.to, row: { ...row, to: `${place} ${row.to}` } })),
);

const fill = table(
	placed.map(({ row }) => row),
	{ flat: true },
);

/** Where what a row said stands, and under which name. */
const places = new Map(placed.map(({ row, place, name }) => [row.to, { place, name }]));

/** An attribute of OTLP/JSON. */
interface KeyValue {
	readonly key: string;
	readonly value: Fields;
}

function attributesOf(values: readonly (readonly [string, unknown])[]): readonly KeyValue[] {
	return values.map(([key, value]) => ({ key, value: anyValue(value) }));
}

/** A value in OTLP/JSON, where 64-bit integers are decimal text. */
function anyValue(value: unknown): Fields {
	if (typeof value === "boolean") return { boolValue: value };
	if (typeof value === "number")
		return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
	if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
	if (typeof value === "object" && value !== null)
		return { kvlistValue: { values: attributesOf(Object.entries(value)) } };
	return { stringValue: String(value) };
}

/**
 * An OpenTelemetry log record in OTLP/JSON, with its resource: one item of `resourceLogs`. Names are
 * those of the audit-logging draft (OTEP 0267, unmerged) and of the semantic conventions.
 */
export const otlpLog: Format<Fields> = {
	name: "otlp_log",
	mediaType: "application/json",
	project: (event) => {
		const { said, rest } = fill(event);
		const at: Record<(typeof parts)[number]["place"], [string, unknown][]> = {
			record: [],
			attribute: [],
			resource: [],
		};
		for (const [to, value] of Object.entries(said)) {
			const { place, name } = places.get(to) ?? { place: "attribute", name: to };
			at[place].push([name, value]);
		}
		const attributes = attributesOf([...at.attribute, ...flatten(rest, "mcp_trail")]);
		return {
			resource: { attributes: attributesOf(at.resource) },
			scopeLogs: [{ logRecords: [{ ...Object.fromEntries(at.record), attributes }] }],
		};
	},
};

/** How `otlpLog` maps. */
export const otlpLogMapping: Mapping<Fields> = {
	format: otlpLog,
	title: "OpenTelemetry log record",
	about:
		"One item of OTLP/JSON's `resourceLogs`: the record with its resource. `audit.*` are the names of OpenTelemetry's audit-logging draft (OTEP 0267), which is not merged and may change; the scope stays empty and there is no severity and no body, as it asks. `audit.sequence.previous_hash` is the hash of the stored line before (see [verifying](verify.md)). A principal that is neither known nor a user counts as `service`: a program called.",
	parts,
	rest: "attributes `mcp_trail.*`, under the event's own names.",
};
