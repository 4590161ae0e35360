import {
	inMemberOrder,
	severityOf,
	type KnownType,
	type Mcp,
	type NewEvent,
	type Operation,
} from "@mcp-trail/event";

/** What an event says beyond what its request says of who asked, over what, within which operation. */
type Own = Pick<
	NewEvent,
	| "time"
	| "observed_time"
	| "start_time"
	| "duration_us"
	| "count"
	| "outcome"
	| "target"
	| "operation"
	| "task"
	| "subscription"
	| "input"
	| "definition"
	| "discovery"
>;

/** Of a request's own course: not what follows from it. */
function mcpOf(mcp: Mcp): Mcp {
	const { progress_count: _p, log_count: _l, result_type: _r, ...rest } = mcp;
	return rest;
}

function operationOf(operation: Operation): Operation {
	const { intent_id: _closed, ...rest } = operation;
	return rest;
}

/** Makes the event of something that a request (or a notification) brought about or made known. */
export function derived(type: KnownType, from: NewEvent, own: Own): NewEvent {
	const { time, actor, target, mcp, operation, trace, recording, network } = from;
	return inMemberOrder({
		...(time !== undefined && { time }),
		type,
		severity: severityOf(type, own.outcome),
		...(actor && { actor }),
		...(target && { target }),
		...(mcp && { mcp: mcpOf(mcp) }),
		...(operation && { operation: operationOf(operation) }),
		...(trace && { trace }),
		...(recording && { recording }),
		...(network && { network }),
		...own,
	});
}
