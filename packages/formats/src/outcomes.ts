import type { Status } from "@mcp-trail/event";

/** What each status is called elsewhere: the table of the event's outcomes. */
type Outcomes<W> = Readonly<Record<Status, W>>;

/** ECS `event.outcome`, and the OpenTelemetry audit draft's `audit.outcome`. */
export const ecsOutcomes: Outcomes<"success" | "failure" | "unknown"> = {
	success: "success",
	failure: "failure",
	denied: "failure",
	rejected: "failure",
	cancelled: "unknown",
	timeout: "unknown",
	pending: "unknown",
	unknown: "unknown",
};

/** OCSF `status_id`: 1 Success, 2 Failure, 99 Other, 0 Unknown. */
export const ocsfStatuses: Outcomes<0 | 1 | 2 | 99> = {
	success: 1,
	failure: 2,
	denied: 2,
	rejected: 2,
	cancelled: 99,
	timeout: 99,
	pending: 0,
	unknown: 0,
};

/** OCSF `action_id`: 1 Allowed, 2 Denied, 0 Unknown. */
export const ocsfActions: Outcomes<0 | 1 | 2> = {
	success: 1,
	failure: 1,
	denied: 2,
	rejected: 2,
	cancelled: 1,
	timeout: 1,
	pending: 1,
	unknown: 0,
};

/** OCSF `disposition_id`: 1 Allowed, 2 Blocked, 14 Delayed, 25 Rejected, 27 Error, 99 Other, 0 Unknown. */
export const ocsfDispositions: Outcomes<0 | 1 | 2 | 14 | 25 | 27 | 99> = {
	success: 1,
	failure: 27,
	denied: 2,
	rejected: 25,
	cancelled: 99,
	timeout: 99,
	pending: 14,
	unknown: 0,
};

/** SEP-3004 `outcome`; what the recorder itself denied is `error`. */
export const sep3004Outcomes: Outcomes<"allowed" | "denied" | "deferred"> = {
	success: "allowed",
	failure: "allowed",
	denied: "denied",
	rejected: "denied",
	cancelled: "allowed",
	timeout: "allowed",
	pending: "deferred",
	unknown: "allowed",
};
