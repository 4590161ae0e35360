import type { StoredEvent } from "@mcp-trail/event";
import {
	afterSlash,
	again,
	computed,
	endpointRows,
	nearestTime,
	ofText,
	summary,
	timeRows,
	words,
} from "./conversions.ts";
import type { Format } from "./format.ts";
import type { Mapping } from "./mapping.ts";
import { readingMethods } from "./ocsf/classes.ts";
import { table } from "./table.ts";
import type { Fields, Row } from "./table.ts";

const eventTypes: Readonly<Record<string, string>> = {
	"mcp.request": "Execute",
	"mcp.connection.opened": "Start",
	"mcp.connection.closed": "Stop",
	"mcp.subscription.opened": "Start",
	"mcp.subscription.closed": "Stop",
	"mcp.task.changed": "Set",
	"mcp.definition.changed": "Set",
	"mcp.discovery.read": "Read",
	"mcp.auth.client_registered": "Create",
	"trail.started": "Start",
	"trail.config_changed": "Set",
	"trail.stopped": "Stop",
	"trail.pruned": "Delete",
};

const eventType = ofText(
	`${Object.entries(eventTypes)
		.map(([type, word]) => `${type} → ${word}`)
		.join(", ")}, else Other; Read for a method that only reads`,
	(type, { mcp }) => {
		if (type === "mcp.request" && readingMethods.includes(mcp?.method ?? "")) return "Read";
		return Object.hasOwn(eventTypes, type) ? eventTypes[type] : "Other";
	},
);

const objectType = ofText(
	"`trail.config_changed` → Configuration Atom, else `trail.*` → Event Log, `mcp.connection.*` → Service, else Other",
	(type) => {
		if (type === "trail.config_changed") return "Configuration Atom";
		if (type.startsWith("trail.")) return "Event Log";
		return type.startsWith("mcp.connection.") ? "Service" : "Other";
	},
);

const hasId = ({ actor }: StoredEvent): boolean => actor?.principal.id !== undefined;

const eventRows: readonly Row[] = [
	...timeRows("TimeGenerated"),
	{ to: "EventCount", from: "count" },
	{ to: "EventCount", is: 1 },
	...timeRows("EventStartTime", "start_time"),
	{ to: "EventEndTime", from: "time", as: nearestTime },
	{ to: "EventType", from: "type", as: eventType },
	{
		to: "EventResult",
		from: "outcome.status",
		as: words(
			{ success: "Success", failure: "Failure", denied: "Failure", rejected: "Failure" },
			"NA",
		),
	},
	{ to: "EventResult", is: "NA" },
	{ to: "EventOriginalResultDetails", from: "outcome.reason" },
	{ to: "EventMessage", as: summary },
	{ to: "EventUid", from: "id" },
	{ to: "EventOriginalUid", from: "id", as: again },
	{ to: "EventOriginalType", from: "type" },
	{
		to: "EventSeverity",
		from: "severity",
		as: words(
			{
				informational: "Informational",
				low: "Low",
				medium: "Medium",
				high: "High",
				critical: "High",
			},
			"Informational",
		),
	},
	{ to: "EventOriginalSeverity", from: "severity" },
	{ to: "EventProduct", is: "mcp-trail" },
	{ to: "EventProductVersion", from: "producer.recorder", as: afterSlash },
	{ to: "EventVendor", is: "mcp-trail" },
	{ to: "EventSchema", is: "AuditEvent" },
	{ to: "EventSchemaVersion", is: "0.1.2" },
	{ to: "Dvc", from: "producer.host", as: again },
	{ to: "Dvc", from: "producer.instance", as: again },
	{ to: "Dvc", from: "producer.service", as: again },
	{ to: "DvcHostname", from: "producer.host" },
	{ to: "RuleName", from: "finding.rule" },
];

const objectRows: readonly Row[] = [
	{ to: "Operation", from: "mcp.method" },
	{ to: "Operation", from: "type", as: again },
	{ to: "Object", from: "target.name" },
	{ to: "Object", from: "target.uri" },
	{ to: "Object", from: "target.uri_digest" },
	{ to: "Object", from: "target.server.id", as: again },
	{ to: "Object", from: "target.server.name", as: again },
	{ to: "Object", from: "producer.service", as: again },
	{ to: "ObjectType", from: "type", as: objectType },
	{ to: "OriginalObjectType", from: "target.kind" },
	{ to: "OldValue", from: "definition.previous_digest" },
	{ to: "OldValue", from: "config.previous_digest" },
	{ to: "NewValue", from: "definition.digest" },
	{ to: "NewValue", from: "config.digest" },
	{ to: "TargetAppId", from: "target.server.id" },
	{ to: "TargetAppName", from: "target.server.name" },
	...endpointRows("server", {
		ip: "TargetIpAddr",
		host: "TargetHostname",
		port: "TargetPortNumber",
	}),
];

const actorRows: readonly Row[] = [
	{ to: "ActorUserId", from: "actor.principal.id" },
	{
		to: "ActorUserIdType",
		as: computed("Other, beside `ActorUserId`", (event) => (hasId(event) ? "Other" : undefined)),
	},
	{ to: "ActorUsername", from: "actor.principal.id", as: again },
	{
		to: "ActorUsernameType",
		as: computed("Simple, beside `ActorUsername`", (event) =>
			hasId(event) ? "Simple" : undefined,
		),
	},
	{
		to: "ActorUserType",
		from: "actor.principal.type",
		as: words(
			{
				user: "Regular",
				service: "Service",
				workload: "Service Principal",
				anonymous: "Anonymous",
			},
			"Other",
		),
	},
	{ to: "ActorOriginalUserType", from: "actor.principal.type" },
	{ to: "ActorScope", from: "actor.principal.tenant" },
	{ to: "ActorSessionId", from: "mcp.session_digest" },
	{ to: "ActingAppId", from: "actor.auth.client_id" },
	{ to: "ActingAppName", from: "actor.client.name" },
	{ to: "HttpUserAgent", from: "network.http.user_agent" },
	...endpointRows("client", { ip: "SrcIpAddr", host: "SrcHostname", port: "SrcPortNumber" }),
];

const fill = table([...eventRows, ...objectRows, ...actorRows], { flat: true });

/** Microsoft Sentinel's Advanced Security Information Model, schema AuditEvent 0.1.2. */
export const asim: Format<Fields> = {
	name: "asim",
	mediaType: "application/json",
	project: (event) => {
		const { said, rest } = fill(event);
		return { ...said, AdditionalFields: rest };
	},
};

/** How `asim` maps. */
export const asimMapping: Mapping<Fields> = {
	format: asim,
	title: "Microsoft ASIM AuditEvent 0.1.2",
	about: "Columns of the normalised table. `TimeGenerated` is Azure Monitor's own column.",
	parts: [
		{ title: "Event", rows: eventRows },
		{ title: "Object and target", rows: objectRows },
		{ title: "Actor and source", rows: actorRows },
	],
	rest: "`AdditionalFields`, under the event's own names.",
};
