import type { StoredEvent } from "@mcp-trail/event";
import {
	afterSlash,
	again,
	computed,
	epochMs,
	hexDigits,
	nearestEpochMs,
	summary,
	words,
} from "../conversions.ts";
import { ocsfActions, ocsfDispositions, ocsfStatuses } from "../outcomes.ts";
import type { Conversion, Row } from "../table.ts";
import { activityOf, classes } from "./classes.ts";

/** A version of OCSF that is written. */
export type OcsfVersion = "1.8.0" | "1.9.0";

const classOf = (event: StoredEvent) => classes[activityOf(event).class];

const milliseconds: Conversion = {
	says: "whole milliseconds",
	keeps: false,
	of: (us) => (typeof us === "number" ? Math.floor(us / 1_000) : undefined),
};

const tags: Conversion = {
	says: "a list of `name` and `value`",
	keeps: true,
	of: (labels) =>
		typeof labels === "object" && labels !== null
			? Object.entries(labels).map(([name, value]) => ({ name, value }))
			: undefined,
};

/** What every class has. */
export const baseRows: readonly Row[] = [
	{ to: "category_uid", as: computed("of the class", (event) => classOf(event).category) },
	{ to: "category_name", as: computed("of the class", (event) => classOf(event).categoryName) },
	{ to: "class_uid", as: computed("by `type`, table above", (event) => classOf(event).uid) },
	{ to: "class_name", as: computed("of the class", (event) => classOf(event).name) },
	{ to: "activity_id", as: computed("by `type`, table above", (event) => activityOf(event).id) },
	{
		to: "activity_name",
		as: computed("by `type`, table above", (event) => activityOf(event).name),
	},
	{
		to: "type_uid",
		as: computed(
			"`class_uid` × 100 + `activity_id`",
			(event) => classOf(event).uid * 100 + activityOf(event).id,
		),
	},
	{ to: "time", from: "time", as: epochMs },
	{ to: "time", from: "time", as: nearestEpochMs },
	{
		to: "severity_id",
		from: "severity",
		as: words({ informational: 1, low: 2, medium: 3, high: 4, critical: 5 }, 0),
	},
	{
		to: "severity",
		from: "severity",
		as: words(
			{
				informational: "Informational",
				low: "Low",
				medium: "Medium",
				high: "High",
				critical: "Critical",
			},
			"Unknown",
		),
	},
	{ to: "message", as: summary },
	{ to: "start_time", from: "start_time", as: epochMs },
	{ to: "duration", from: "duration_us", as: milliseconds },
	{ to: "count", from: "count" },
	{ to: "status_id", from: "outcome.status", as: words(ocsfStatuses, 0) },
	{
		to: "status",
		from: "outcome.status",
		as: words(
			{
				success: "Success",
				failure: "Failure",
				denied: "Failure",
				rejected: "Failure",
				cancelled: "Cancelled",
				timeout: "Timeout",
			},
			"Unknown",
		),
	},
	{ to: "status_code", from: "outcome.reason" },
	{ to: "status_detail", from: "outcome.message" },
];

/** `metadata`, but for its version and profiles. */
export const metadataRows: readonly Row[] = [
	{ to: "metadata.uid", from: "id" },
	{ to: "metadata.event_code", from: "type" },
	{ to: "metadata.sequence", from: "integrity.sequence" },
	{ to: "metadata.correlation_uid", from: "operation.id" },
	{ to: "metadata.logged_time", from: "observed_time", as: epochMs },
	{ to: "metadata.log_name", is: "mcp-trail" },
	{ to: "metadata.log_provider", from: "producer.recorder" },
	{ to: "metadata.log_version", from: "schema_version" },
	{ to: "metadata.tenant_uid", from: "actor.principal.tenant" },
	{ to: "metadata.is_truncated", from: "recording.trimmed" },
	{ to: "metadata.tags", from: "labels", as: tags },
	{ to: "metadata.reporter.name", from: "producer.service" },
	{ to: "metadata.reporter.hostname", from: "producer.host" },
	{ to: "metadata.reporter.uid", from: "producer.instance" },
	{ to: "metadata.product.name", is: "mcp-trail" },
	{ to: "metadata.product.vendor_name", is: "mcp-trail" },
	{ to: "metadata.product.version", from: "producer.recorder", as: afterSlash },
];

/** Profile `security_control`. */
export const securityControlRows: readonly Row[] = [
	{ to: "action_id", from: "outcome.status", as: words(ocsfActions, 0) },
	{
		to: "disposition_id",
		from: "outcome.layer",
		as: computed("26 Unauthorized, if `auth` denied it", ({ outcome }) =>
			outcome?.layer === "auth" && outcome.status === "denied" ? 26 : undefined,
		),
	},
	{ to: "disposition_id", from: "outcome.status", as: words(ocsfDispositions, 0) },
	{
		to: "disposition",
		from: "outcome.status",
		as: words({ cancelled: "Cancelled", timeout: "Timeout" }),
	},
	{ to: "policy.uid", from: "recording.policy" },
	{ to: "policy.name", from: "recording.rule" },
	{
		to: "confidence_id",
		from: "finding.confidence",
		as: words({ low: 1, medium: 2, high: 3 }, 0),
	},
	{
		to: "is_alert",
		from: "finding.rule",
		as: computed("true, if a rule fired", () => true),
	},
];

const previousPosition = computed(
	"`integrity.stream_id` and the sequence before, as `<stream>/<sequence>`",
	({ integrity }) => `${integrity.stream_id}/${integrity.sequence - 1}`,
);

/** Profile `record_integrity`, which 1.9 has: the stored line's chain, not OCSF's own form of the event. */
export const recordIntegrityRows: readonly Row[] = [
	{ to: "attestation_list[0].chain_uid", from: "integrity.stream_id" },
	{ to: "attestation_list[0].fingerprint.algorithm_id", is: 3 },
	{ to: "attestation_list[0].fingerprint.value", from: "integrity.hash", as: hexDigits },
	{ to: "attestation_list[0].fingerprint.value", from: "integrity.hash", as: again },
	{ to: "attestation_list[0].fingerprint.encoding_id", is: 1 },
	{ to: "attestation_list[0].fingerprint.serialization_id", is: 99 },
	{ to: "attestation_list[0].fingerprint.serialization", is: "mcp-trail/chain/v1" },
	{
		to: "attestation_list[0].prev_event.uid",
		from: "integrity.previous_hash",
		as: previousPosition,
	},
	{
		to: "attestation_list[0].prev_event.fingerprint.value",
		from: "integrity.previous_hash",
		as: hexDigits,
	},
	{
		to: "attestation_list[0].prev_event.fingerprint.value",
		from: "integrity.previous_hash",
		as: again,
	},
	{
		to: "attestation_list[0].prev_event.fingerprint.algorithm_id",
		from: "integrity.previous_hash",
		as: computed("3 SHA-256", () => 3),
	},
];
