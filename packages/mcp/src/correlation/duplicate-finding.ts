import { inMemberOrder, severityOf, type NewEvent } from "@mcp-trail/event";
import { outcomeIdOf, type OperationState } from "./operation-state.ts";
import { findingOf } from "../describe/finding.ts";
import { mayRepeat, type Duplicates } from "./duplicates.ts";

/** The finding of a success, where it is the second of its kind. */
export function duplicateFinding(
	event: NewEvent,
	effects: Duplicates,
	of: { readonly scope: string; readonly argumentsDigest: string; readonly state: OperationState },
): NewEvent | undefined {
	const { actor, target, mcp, operation, trace, recording } = event;
	if (operation === undefined || target?.name === undefined || !mayRepeat(target.hints))
		return undefined;
	const both = effects.succeeded(
		{
			scope: of.scope,
			operationId: operation.id,
			name: target.name,
			argumentsDigest: of.argumentsDigest,
		},
		outcomeIdOf(of.state),
		of.state,
	);
	if (both === undefined) return undefined;
	const { intent_id: _ofTheOutcome, ...same } = operation;
	const finding: NewEvent = {
		...(event.time !== undefined && { time: event.time }),
		type: "mcp.finding",
		severity: severityOf("mcp.finding"),
		...(actor && { actor }),
		target,
		...(mcp && { mcp }),
		operation: same,
		...(trace && { trace }),
		...(recording && { recording }),
		finding: {
			...findingOf("duplicate_side_effect"),
			event_ids: both,
		},
	};
	return inMemberOrder(finding);
}
