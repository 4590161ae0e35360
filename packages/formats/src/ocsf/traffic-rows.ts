import { again, computed, epochMs, ipAddress, ofText, words } from "../conversions.ts";
import type { StoredEvent } from "@mcp-trail/event";
import type { Conversion, Row } from "../table.ts";

/** Says a value only where an event meets a condition that the target sets. */
function where(says: string, holds: (event: StoredEvent) => boolean, keeps = true): Conversion {
	return { says, keeps, of: (value, event) => (holds(event) ? value : undefined) };
}

const MAX_IP = 40;
const ip: Conversion = {
	says: "if it is an IP address of at most 40 characters",
	keeps: true,
	of: (value, event) =>
		typeof value === "string" && value.length <= MAX_IP ? ipAddress.of(value, event) : undefined,
};

const userTypes = words({ user: 1, service: 4, workload: 4 }, 0);
const isNamed = ({ actor }: StoredEvent): boolean =>
	actor?.principal.id !== undefined || actor?.principal.id_digest !== undefined;

/** The rows of a `user` object. */
export function userRows(at: string): readonly Row[] {
	return [
		{ to: `${at}.uid`, from: "actor.principal.id" },
		{ to: `${at}.uid`, from: "actor.principal.id_digest" },
		{
			to: `${at}.type_id`,
			from: "actor.principal.type",
			as: {
				...userTypes,
				says: `${userTypes.says}; only beside a \`uid\``,
				of: (type, event) => (isNamed(event) ? userTypes.of(type, event) : undefined),
			},
		},
	];
}

/** The rows of an `actor` object. */
export function actorRows(at: string): readonly Row[] {
	return [
		...userRows(`${at}.user`),
		{ to: `${at}.session.uid`, from: "mcp.session_digest" },
		{ to: `${at}.session.issuer`, from: "actor.principal.issuer" },
		{ to: `${at}.session.credential_uid`, from: "actor.auth.token_digest" },
		{ to: `${at}.session.expiration_time`, from: "actor.auth.token_expires", as: epochMs },
		{ to: `${at}.app_name`, from: "actor.client.name" },
		{
			to: `${at}.app_name`,
			as: computed(
				"without `actor`: `producer.service`; without a user: `unknown`, because the target must have one",
				(event) => {
					if (event.actor === undefined) return event.producer.service;
					return isNamed(event) ? undefined : "unknown";
				},
			),
		},
		{ to: `${at}.app_uid`, from: "actor.auth.client_id" },
		{ to: `${at}.authorizations[0].decision`, from: "input.action", as: again },
	];
}

/** Whether the target must have an object; where it need not, nothing is said that is not known. */
type Must = "must" | "may";

const sourceService = (at: string): Row => ({
	to: `${at}src_endpoint.svc_name`,
	as: computed(
		"without `mcp`: `producer.service`, because the target must have one",
		({ producer }) => producer.service,
	),
});

/** The rows of the endpoints: source is the MCP client's side, destination the server's. */
export function endpointRows(at: string, must: Must = "may"): readonly Row[] {
	return [
		{ to: `${at}src_endpoint.ip`, from: "network.client_address", as: ip },
		{ to: `${at}src_endpoint.hostname`, from: "network.client_address", as: notIp },
		{
			to: `${at}src_endpoint.port`,
			from: "network.client_port",
			as: where(
				"beside an address or a service",
				({ network, mcp }) =>
					must === "must" || network?.client_address !== undefined || mcp !== undefined,
			),
		},
		{ to: `${at}src_endpoint.svc_name`, from: "mcp.transport" },
		...(must === "must" ? [sourceService(at)] : []),
		{ to: `${at}dst_endpoint.ip`, from: "network.server_address", as: ip },
		{ to: `${at}dst_endpoint.hostname`, from: "network.server_address", as: notIp },
		{
			to: `${at}dst_endpoint.port`,
			from: "network.server_port",
			as: where("beside an address", ({ network }) => network?.server_address !== undefined),
		},
	];
}

const notIp: Conversion = {
	says: "if it is no such address",
	keeps: true,
	of: (value, event) => (ip.of(value, event) === undefined ? value : undefined),
};

const httpMethods: readonly string[] = [
	"CONNECT",
	"DELETE",
	"GET",
	"HEAD",
	"OPTIONS",
	"PATCH",
	"POST",
	"PUT",
	"TRACE",
];

/** The rows of `http_request` and `http_response`. */
export function httpRows(at: string): readonly Row[] {
	return [
		{
			to: `${at}http_request.http_method`,
			from: "network.http.method",
			as: where("if OCSF knows it", ({ network }) =>
				httpMethods.includes(network?.http?.method ?? ""),
			),
		},
		{ to: `${at}http_request.version`, from: "network.http.version" },
		{ to: `${at}http_request.user_agent`, from: "network.http.user_agent" },
		{ to: `${at}http_request.uid`, from: "network.http.request_id" },
		{ to: `${at}http_response.code`, from: "outcome.http_status" },
	];
}

const named = where(
	"beside a name or a `uid`",
	({ target }) => target?.server?.name !== undefined || target?.server?.id !== undefined,
);
const withRequestId = where("beside a `uid`", ({ mcp }) => mcp?.request_id !== undefined);

/** The rows of an `api` object. */
export function apiRows(at: string, must: Must = "may"): readonly Row[] {
	return [
		{ to: `${at}.operation`, from: "mcp.method" },
		{
			to: `${at}.operation`,
			from: "type",
			as: where(
				"because the target must have one",
				({ mcp, target, outcome, response }) =>
					must === "must" || (mcp ?? target ?? outcome ?? response) !== undefined,
				false,
			),
		},
		{ to: `${at}.version`, from: "mcp.protocol_version" },
		{ to: `${at}.service.uid`, from: "target.server.id" },
		{ to: `${at}.service.name`, from: "target.server.name" },
		{ to: `${at}.service.version`, from: "target.server.version", as: named },
		{ to: `${at}.request.uid`, from: "mcp.request_id" },
		{ to: `${at}.request.data`, from: "request", as: withRequestId },
		{ to: `${at}.response.code`, from: "outcome.rpc_code" },
		{ to: `${at}.response.error`, from: "outcome.reason", as: again },
		{ to: `${at}.response.data`, from: "response" },
	];
}

const isNamedTarget = ({ target }: StoredEvent): boolean =>
	target?.name !== undefined || target?.uri !== undefined || target?.uri_digest !== undefined;

/** The rows of `resources`: what was asked for. */
export const resourceRows: readonly Row[] = [
	{ to: "resources[0].name", from: "target.name" },
	{ to: "resources[0].uid", from: "target.uri" },
	{ to: "resources[0].uid", from: "target.uri_digest" },
	{
		to: "resources[0].type",
		from: "target.kind",
		as: ofText("`mcp.tool` and so on; beside a name or a `uid`", (kind, event) =>
			isNamedTarget(event) ? `mcp.${kind}` : undefined,
		),
	},
];

/** Profile `trace`, which API Activity alone has. */
export const traceRows: readonly Row[] = [
	{ to: "trace.uid", from: "trace.id" },
	...[
		{ to: "trace.span.uid", from: "trace.span_id" },
		{ to: "trace.span.parent_uid", from: "trace.parent_span_id" },
	].map((row) => ({ ...row, as: where("if the span has a beginning and an end", isSpan) })),
	{ to: "trace.span.start_time", from: "start_time", as: spanTime("start_time") },
	{ to: "trace.span.end_time", from: "time", as: spanTime("time") },
];

function isSpan(event: StoredEvent): boolean {
	return (
		event.trace?.span_id !== undefined &&
		event.phase !== "intent" &&
		epochMs.of(event.start_time, event) !== undefined &&
		epochMs.of(event.time, event) !== undefined
	);
}

function spanTime(member: "start_time" | "time"): Conversion {
	return {
		says: "epoch milliseconds, if the span has a beginning and an end",
		keeps: false,
		of: (_value, event) => (isSpan(event) ? epochMs.of(event[member], event) : undefined),
	};
}

const roles = words({ "tools/call": 3, "sampling/createMessage": 2, "elicitation/create": 1 });

/** Profile `ai_operation`: who spoke with which service, and in which role the answer was made. */
export const aiOperationRows: readonly Row[] = [
	{ to: "message_context.application.name", from: "actor.client.name", as: again },
	{ to: "message_context.application.version", from: "actor.client.version" },
	{ to: "message_context.service.uid", from: "target.server.id", as: again },
	{ to: "message_context.service.name", from: "target.server.name", as: again },
	{
		to: "message_context.ai_role_id",
		from: "mcp.method",
		as: {
			...roles,
			says: `${roles.says}; beside an application or service`,
			of: (method, event) =>
				event.actor?.client !== undefined || named.of(true, event) === true
					? roles.of(method, event)
					: undefined,
		},
	},
];

/** `ai_agent`, which 1.9 has: who acts for the principal, by the access token. */
export const aiAgentRows: readonly Row[] = [
	{
		to: "ai_agent.uid",
		from: "actor.delegation",
		as: computed(
			"the `id`, else `id_digest`, of the first, if it is a service or workload",
			({ actor }) => {
				const [agent] = actor?.delegation ?? [];
				if (agent?.type !== "service" && agent?.type !== "workload") return undefined;
				return agent.id ?? agent.id_digest;
			},
		),
	},
];
