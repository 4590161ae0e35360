import { again, computed, epochMs, nearestEpochMs, ofText, summary, words } from "./conversions.ts";
import { flatten } from "./flatten.ts";
import type { Format } from "./format.ts";
import type { Mapping } from "./mapping.ts";
import { readingMethods } from "./ocsf/classes.ts";
import { table } from "./table.ts";
import type { Fields, Row } from "./table.ts";

const actions: Readonly<Record<string, string>> = {
	"mcp.definition.changed": "modified",
	"mcp.task.changed": "updated",
	"mcp.discovery.read": "read",
	"mcp.auth.client_registered": "created",
	"trail.config_changed": "modified",
	"trail.stopped": "stopped",
	"trail.pruned": "deleted",
};

const action = ofText(
	`${Object.entries(actions)
		.map(([type, word]) => `${type} → ${word}`)
		.join(", ")}, a method that only reads → read, else the type's last word`,
	(type, { mcp }) => {
		if (type === "mcp.request" && readingMethods.includes(mcp?.method ?? "")) return "read";
		if (type === "mcp.request") return "invoked";
		return Object.hasOwn(actions, type) ? actions[type] : type.slice(type.lastIndexOf(".") + 1);
	},
);

const inSeconds = (ms: unknown): string | undefined =>
	typeof ms === "number" ? (ms / 1_000).toFixed(3) : undefined;

const seconds = ofText(
	"epoch seconds, with three decimals",
	(time, event) => inSeconds(epochMs.of(time, event)),
	true,
);

const nearestSeconds = ofText(nearestEpochMs.says, (time, event) =>
	inSeconds(nearestEpochMs.of(time, event)),
);

const rows: readonly Row[] = [
	{ to: "_time", from: "time", as: seconds },
	{ to: "_time", from: "time", as: nearestSeconds },
	{ to: "vendor_product", is: "mcp-trail" },
	{ to: "signature", from: "type" },
	{ to: "description", as: summary },
	{ to: "id", from: "id" },
	{ to: "severity", from: "severity" },
	{ to: "action", from: "type", as: action },
	{
		to: "change_type",
		from: "type",
		as: ofText("`trail.*` → audit, `mcp.auth.*` → AAA, else api", (type) => {
			if (type.startsWith("trail.")) return "audit";
			return type.startsWith("mcp.auth.") ? "AAA" : "api";
		}),
	},
	{ to: "command", from: "mcp.method" },
	{ to: "object", from: "target.name" },
	{ to: "object", from: "target.uri", as: again },
	{ to: "object", from: "target.server.id", as: again },
	{ to: "object", from: "producer.service", as: again },
	{ to: "object_id", from: "target.uri" },
	{ to: "object_id", from: "target.uri_digest" },
	{ to: "object_category", from: "target.kind" },
	{ to: "object_attrs", from: "definition.fields" },
	{
		to: "status",
		from: "outcome.status",
		as: words(
			{ success: "success", failure: "failure", denied: "failure", rejected: "failure" },
			"unknown",
		),
	},
	{ to: "status", is: "unknown" },
	{ to: "result", from: "outcome.reason" },
	{ to: "result_id", from: "outcome.rpc_code" },
	{ to: "result_id", from: "outcome.http_status", as: again },
	{ to: "user", from: "actor.principal.id" },
	{ to: "user", from: "actor.principal.id_digest" },
	{
		to: "user",
		as: computed("without an identifier: unknown, as CIM asks", () => "unknown"),
	},
	{ to: "user_type", from: "actor.principal.type" },
	{ to: "vendor_account", from: "actor.principal.tenant" },
	{ to: "app", from: "actor.client.name" },
	{ to: "app_id", from: "actor.auth.client_id" },
	{ to: "user_agent", from: "network.http.user_agent" },
	{ to: "src", from: "network.client_address" },
	{ to: "src", is: "unknown" },
	{ to: "src_port", from: "network.client_port" },
	{ to: "dest", from: "network.server_address" },
	{ to: "dest", from: "target.server.id" },
	{ to: "dest", from: "producer.host", as: again },
	{ to: "dest", from: "producer.service", as: again },
	{ to: "dest_port", from: "network.server_port" },
	{ to: "dvc", from: "producer.host" },
	{ to: "service", from: "producer.service" },
	{ to: "http_method", from: "network.http.method" },
];

const fill = table(rows, { flat: true });

/** Fields of Splunk's Common Information Model, data models Change and Data Access. */
export const cim: Format<Fields> = {
	name: "cim",
	mediaType: "application/json",
	project: (event) => {
		const { said, rest } = fill(event);
		// Not spread: of objects with so many members that takes ten times as long.
		return Object.fromEntries([...Object.entries(said), ...flatten(rest, "mcp_trail")]);
	},
};

/** How `cim` maps. */
export const cimMapping: Mapping<Fields> = {
	format: cim,
	title: "Splunk CIM",
	about:
		"Fields of the data models Change (`All_Changes`, `Auditing_Changes`) and Data Access, flat, as a search sees them. `_time` belongs in the envelope of Splunk's collector; the tags `change` and `audit` are given by an event type there. CIM's own words for `action` are used where one fits; a call is `invoked`.",
	parts: [{ title: "Fields", rows }],
	rest: "fields `mcp_trail.*`, under the event's own names.",
};
