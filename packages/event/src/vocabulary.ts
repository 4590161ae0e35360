/** The version of the event format this package writes: `<major>.<minor>`. */
export const SCHEMA_VERSION = "1.0";

/** The event types of 1.0, in the order of the specification. */
export const eventTypes = [
	"mcp.request",
	"mcp.notification",
	"mcp.message.refused",
	"mcp.message.unmatched",
	"mcp.connection.opened",
	"mcp.connection.closed",
	"mcp.subscription.opened",
	"mcp.subscription.closed",
	"mcp.input.requested",
	"mcp.input.answered",
	"mcp.approval.decided",
	"mcp.task.changed",
	"mcp.definition.changed",
	"mcp.discovery.read",
	"mcp.auth.token_exchanged",
	"mcp.auth.client_registered",
	"mcp.finding",
	"trail.started",
	"trail.config_changed",
	"trail.stopped",
	"trail.checkpoint",
	"trail.lost",
	"trail.recovered",
	"trail.pruned",
	"trail.sink_refused",
	"trail.replayed",
] as const;

/** An event type of 1.0, applications' own types left out. */
export type KnownType = (typeof eventTypes)[number];

/** Tells whether a type is one of 1.0. */
export function isKnownType(type: unknown): type is KnownType {
	return typeof type === "string" && Object.hasOwn(requiredBlocks, type);
}

const mcp = ["actor", "recording"] as const;

/**
 * Every event type of 1.0 and the blocks (or members, as `block.member`) it must have. A request
 * with `phase: "outcome"` must also have `outcome`. An application's own type (`ext.…`) needs none.
 */
export const requiredBlocks = {
	"mcp.request": [...mcp, "phase", "operation", "mcp.method"],
	"mcp.notification": [...mcp, "mcp.method"],
	"mcp.message.refused": [...mcp, "mcp", "outcome"],
	"mcp.message.unmatched": [...mcp, "mcp", "outcome"],
	"mcp.connection.opened": [...mcp, "mcp"],
	"mcp.connection.closed": [...mcp, "mcp", "outcome"],
	"mcp.subscription.opened": [...mcp, "mcp", "subscription"],
	"mcp.subscription.closed": [...mcp, "mcp", "subscription"],
	"mcp.input.requested": [...mcp, "mcp", "input"],
	"mcp.input.answered": [...mcp, "mcp", "input"],
	"mcp.approval.decided": [...mcp, "input"],
	"mcp.task.changed": [...mcp, "mcp", "task"],
	"mcp.definition.changed": [...mcp, "definition.change", "target"],
	"mcp.discovery.read": [...mcp, "discovery", "outcome"],
	"mcp.auth.token_exchanged": [...mcp, "authorization", "outcome"],
	"mcp.auth.client_registered": [...mcp, "authorization", "outcome"],
	"mcp.finding": [...mcp, "finding"],
	"trail.started": ["config"],
	"trail.config_changed": ["config"],
	"trail.stopped": ["checkpoint"],
	"trail.checkpoint": ["checkpoint"],
	"trail.lost": ["loss"],
	"trail.recovered": ["recovery"],
	"trail.pruned": ["prune"],
	"trail.sink_refused": ["sink"],
	"trail.replayed": ["sink"],
} as const satisfies Readonly<Record<KnownType, readonly string[]>>;

/** What an outcome can be. Closed for all of 1.x: alerts are written on it. */
export const statuses = [
	"success",
	"failure",
	"denied",
	"rejected",
	"cancelled",
	"timeout",
	"pending",
	"unknown",
] as const;

/** What an outcome can be. */
export type Status = (typeof statuses)[number];

/** Who decided an outcome. Open; a reader takes an unknown layer as `protocol`. */
export const layers = ["transport", "protocol", "auth", "policy", "handler", "recorder"] as const;

/** The severities, rising. */
export const severities = ["informational", "low", "medium", "high", "critical"] as const;

/** Why an outcome is not a success, by the layer that says so; `any` fits every layer. Open. */
export const reasons = {
	transport: [
		"connection_closed",
		"send_failed",
		"malformed_json",
		"not_json_rpc",
		"body_too_large",
		"unsupported_media_type",
		"not_acceptable",
		"http_method",
		"bad_origin",
		"session_unknown",
		"session_missing",
		"http_refused",
	],
	protocol: [
		"unknown_method",
		"unknown_tool",
		"unknown_prompt",
		"unknown_resource",
		"unknown_task",
		"invalid_params",
		"invalid_arguments",
		"header_mismatch",
		"unsupported_version",
		"missing_capability",
		"invalid_result",
		"superseded",
		"evicted",
		"late_response",
		"unasked_response",
	],
	auth: [
		"missing_token",
		"invalid_token",
		"expired_token",
		"wrong_audience",
		"wrong_issuer",
		"binding_failed",
		"insufficient_scope",
		"insufficient_authorization",
	],
	policy: ["policy_denied", "approval_declined", "rate_limited"],
	handler: ["tool_error", "handler_threw", "internal_error"],
	recorder: ["not_recorded"],
	any: [
		"cancelled_by_caller",
		"stream_closed",
		"request_timeout",
		"input_required",
		"task_created",
	],
} as const;

/** A reason of 1.0. Later versions and applications add their own words. */
export type Reason = (typeof reasons)[keyof typeof reasons][number];

/** The rules of `mcp.finding` that this recorder has, and what each looks for. Open: applications add their own. */
export const findingRules = {
	duplicate_side_effect: "A tool that is not safe to repeat succeeded twice in one operation",
	over_scope: "A token was granted scopes that were not asked for",
	token_passthrough: "A token that a caller sent here was sent on to another server",
	unlisted_server: "A client was connected to a server that is not on the operator's list",
} as const;

/** A rule of {@link findingRules}. */
export type FindingRule = keyof typeof findingRules;

/** Kinds of private values that get a keyed digest; the kind is part of what is digested. */
export const digestKinds = [
	"arguments",
	"result",
	"uri",
	"session",
	"task",
	"state",
	"token",
	"assertion",
	"principal",
	"command",
	"text",
] as const;

/** A kind of private value: values of different kinds never get the same keyed digest. */
export type DigestKind = (typeof digestKinds)[number];

/** An event type: one of 1.0, or an application's own. */
export type EventType = KnownType | `ext.${string}`;
