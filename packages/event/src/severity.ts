import type { Outcome } from "./types.gen.ts";
import { isKnownType, severities } from "./vocabulary.ts";
import type { EventType, KnownType, Status } from "./vocabulary.ts";

/** How much an event matters, rising. */
export type Severity = (typeof severities)[number];

/** Severity of an event by what it says; where a type is missing, only its outcome counts. */
export const severityByType: Readonly<Partial<Record<KnownType, Severity>>> = {
	"mcp.message.refused": "low",
	"mcp.message.unmatched": "low",
	"mcp.definition.changed": "medium",
	"mcp.finding": "medium",
	"trail.config_changed": "low",
	"trail.lost": "high",
	"trail.recovered": "low",
	"trail.sink_refused": "medium",
};

/** Severity of an event by how it ended. */
export const severityByStatus: Readonly<Record<Status, Severity>> = {
	success: "informational",
	failure: "low",
	denied: "medium",
	rejected: "low",
	cancelled: "informational",
	timeout: "low",
	pending: "informational",
	unknown: "medium",
};

/** Reasons that matter more than their status: signs of an attack, or of a trail that cannot keep up. */
export const severityByReason: Readonly<Record<string, Severity>> = {
	binding_failed: "high",
	wrong_audience: "high",
	wrong_issuer: "high",
	not_recorded: "high",
	header_mismatch: "medium",
	bad_origin: "medium",
};

const rank = (severity: Severity | undefined): number =>
	severity === undefined ? 0 : severities.indexOf(severity);

/** The severity of an event: the highest that its type, its status and its reason ask for. */
export function severityOf(
	type: EventType,
	outcome?: Pick<Outcome, "status" | "reason">,
): Severity {
	const reason = outcome?.reason;
	const highest = Math.max(
		rank(isKnownType(type) ? severityByType[type] : undefined),
		rank(outcome && severityByStatus[outcome.status]),
		rank(
			reason !== undefined && Object.hasOwn(severityByReason, reason)
				? severityByReason[reason]
				: undefined,
		),
	);
	return severities[highest] ?? "critical";
}
