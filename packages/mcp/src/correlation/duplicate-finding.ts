import { inMemberOrder, severityOf, type NewEvent } from "@mcp-trail/event";
import { outcomeIdOf, type OperationState } from "./operation-state.ts";
import { mayRepeat, type Duplicates } from "./duplicates.ts";

/** The rule that fires when a tool which is not safe to repeat succeeds twice within one operation. */
const DUPLICATE_SIDE_EFFECT = "duplicate_side_effect";

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
			rule: DUPLICATE_SIDE_EFFECT,
			title: "A tool that is not safe to repeat succeeded twice in one operation",
			confidence: "high",
			event_ids: both,
		},
	};
	return inMemberOrder(finding);
}
