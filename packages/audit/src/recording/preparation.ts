import { bounds, trimToFit, type AuditEvent, type NewEvent } from "@mcp-trail/event";
import { AuditError, messageOf } from "../audit-error.ts";
import type { Decision, Policy } from "../policy.ts";
import { isRecordable } from "./recordable.ts";
import { redacted } from "./redaction.ts";
import { weigh } from "./weigh.ts";

export interface PreparationOptions {
	readonly complete: (event: NewEvent) => AuditEvent;
	readonly policy: Policy;
	readonly judge: ((event: AuditEvent) => string | undefined) | undefined;
	readonly onError: (error: AuditError) => void;
}

/** An event ready for the trail, and about how large it is. */
export interface Prepared {
	readonly event: AuditEvent;
	readonly bytes: number;
}

const MOST_BYTES = bounds.lineBytes - bounds.integrityBytes;
/** From this weight on an event might not fit into a line: one character is at most six bytes. */
const HEAVY = Math.floor(MOST_BYTES / 6);

/**
 * Makes what turns a new event into one that is kept: completed, redacted, cut to fit into a line. Throws
 * `invalid_event` for what cannot be one: no known type, or values that are not JSON.
 */
export function preparation(
	options: PreparationOptions,
): (event: NewEvent, decision: Decision) => Prepared {
	const { complete, policy, judge, onError } = options;
	const redact = policy.redact?.bind(policy);
	const onRedactFailed = (cause: unknown): void =>
		onError(new AuditError("redact_failed", `policy.redact: ${messageOf(cause)}`, cause));

	return (given, decision) => {
		if (!isRecordable(given)) {
			throw new AuditError("invalid_event", "not an event of a known type; see docs/event.md");
		}
		let event = complete(given);
		let bytes = weigh(event);
		if (Number.isNaN(bytes)) {
			const why = "it holds a value that is not JSON as the format has it";
			throw new AuditError("invalid_event", `${given.type}: ${why}`);
		}
		if (redact !== undefined) {
			event = redacted(event, decision, redact, onRedactFailed);
			bytes = weigh(event);
		}
		if (bytes > HEAVY) {
			event = trimToFit(event, MOST_BYTES);
			bytes = weigh(event);
		}
		if (judge !== undefined) told(judge, event, onError);
		return { event, bytes };
	};
}

function told(
	judge: NonNullable<PreparationOptions["judge"]>,
	event: AuditEvent,
	onError: PreparationOptions["onError"],
): void {
	try {
		const fault = judge(event);
		if (fault !== undefined) onError(new AuditError("judged_invalid", `${event.type}: ${fault}`));
	} catch (error) {
		onError(new AuditError("judged_invalid", `judge threw: ${messageOf(error)}`, error));
	}
}
