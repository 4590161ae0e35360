import type { StoredEvent } from "@mcp-trail/event";
import {
	afterSlash,
	again,
	computed,
	endpointRows,
	existingTime,
	ipAddress,
	summary,
	timeRows,
	words,
} from "./conversions.ts";
import type { Format } from "./format.ts";
import type { Mapping } from "./mapping.ts";
import { table } from "./table.ts";
import type { Conversion, Fields, Row } from "./table.ts";

const isUserAccess = ({ type, actor, network, target }: StoredEvent): boolean =>
	type === "mcp.request" &&
	actor?.principal.id !== undefined &&
	network?.client_address !== undefined &&
	(target?.name ?? target?.uri ?? target?.uri_digest) !== undefined;

const listedIp: Conversion = {
	says: "as a list of one, if it is an IP address",
	keeps: true,
	of: (value, event) => {
		const ip = ipAddress.of(value, event);
		return ip === undefined ? undefined : [ip];
	},
};

const metadataRows: readonly Row[] = [
	...timeRows("metadata.event_timestamp"),
	{ to: "metadata.collected_timestamp", from: "observed_time", as: existingTime },
	{
		to: "metadata.event_type",
		as: computed(
			"USER_RESOURCE_ACCESS for a request whose user, source address and target are known, else GENERIC_EVENT",
			(event) => (isUserAccess(event) ? "USER_RESOURCE_ACCESS" : "GENERIC_EVENT"),
		),
	},
	{ to: "metadata.vendor_name", is: "mcp-trail" },
	{ to: "metadata.product_name", is: "mcp-trail" },
	{ to: "metadata.product_version", from: "producer.recorder", as: afterSlash },
	{ to: "metadata.product_event_type", from: "type" },
	{ to: "metadata.product_log_id", from: "id" },
	{ to: "metadata.description", as: summary },
];

const nounRows: readonly Row[] = [
	{ to: "principal.user.userid", from: "actor.principal.id" },
	{ to: "principal.user.userid", from: "actor.principal.id_digest" },
	{ to: "principal.application", from: "actor.client.name" },
	...endpointRows(
		"client",
		{ ip: "principal.ip", host: "principal.hostname", port: "principal.port" },
		listedIp,
	),
	{ to: "target.application", from: "target.server.name" },
	{ to: "target.url", from: "target.uri" },
	{ to: "target.resource.name", from: "target.name" },
	{ to: "target.resource.name", from: "target.uri", as: again },
	{ to: "target.resource.name", from: "target.uri_digest" },
	{ to: "target.resource.product_object_id", from: "target.server.id" },
	{ to: "target.resource.resource_subtype", from: "target.kind" },
	...endpointRows(
		"server",
		{ ip: "target.ip", host: "target.hostname", port: "target.port" },
		listedIp,
	),
	{ to: "observer.application", from: "producer.service" },
	{ to: "observer.hostname", from: "producer.host" },
	{ to: "network.http.method", from: "network.http.method" },
	{ to: "network.http.user_agent", from: "network.http.user_agent" },
	{ to: "network.http.response_code", from: "outcome.http_status" },
	{ to: "network.session_id", from: "mcp.session_digest" },
];

const securityRows: readonly Row[] = [
	{
		to: "security_result[0].severity",
		from: "severity",
		as: words(
			{
				informational: "INFORMATIONAL",
				low: "LOW",
				medium: "MEDIUM",
				high: "HIGH",
				critical: "CRITICAL",
			},
			"UNKNOWN_SEVERITY",
		),
	},
	{
		to: "security_result[0].action",
		from: "outcome.status",
		as: words({
			success: ["ALLOW"],
			failure: ["FAIL"],
			cancelled: ["ALLOW"],
			timeout: ["ALLOW"],
			pending: ["ALLOW"],
			denied: ["BLOCK"],
			rejected: ["BLOCK"],
		}),
	},
	{ to: "security_result[0].action_details", from: "outcome.status" },
	{ to: "security_result[0].summary", from: "outcome.reason" },
	{ to: "security_result[0].description", from: "outcome.message" },
	{ to: "security_result[0].rule_id", from: "finding.rule" },
	{ to: "security_result[0].rule_name", from: "finding.title" },
	{
		to: "security_result[0].confidence",
		from: "finding.confidence",
		as: words(
			{ low: "LOW_CONFIDENCE", medium: "MEDIUM_CONFIDENCE", high: "HIGH_CONFIDENCE" },
			"UNKNOWN_CONFIDENCE",
		),
	},
];

const fill = table([...metadataRows, ...nounRows, ...securityRows]);

/** Google Security Operations' Unified Data Model. */
export const udm: Format<Fields> = {
	name: "udm",
	mediaType: "application/json",
	project: (event) => {
		const { said, rest } = fill(event);
		return { ...said, additional: rest };
	},
};

/** How `udm` maps. */
export const udmMapping: Mapping<Fields> = {
	format: udm,
	title: "Google UDM",
	about:
		"One event as `events:import` takes it under `udm`. Every type has required nouns, and one invalid event refuses a whole request, so `USER_RESOURCE_ACCESS` is said only where user, machine and resource are known; `observer` is always there.",
	parts: [
		{ title: "Metadata", rows: metadataRows },
		{ title: "Nouns and network", rows: nounRows },
		{ title: "Security result", rows: securityRows },
	],
	rest: "`additional`, under the event's own names.",
};
