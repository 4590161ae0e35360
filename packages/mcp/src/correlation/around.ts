import type { Operation } from "@mcp-trail/event";
import { requestAround } from "../otel/ambient.ts";
import { eventIdOf, newOperation, operationBlock, type OperationState } from "./operation-state.ts";

/** The operation of the request in whose handler this process is; what goes on after its end is no part of it. */
export function operationAround(): OperationState | undefined {
	const operation = requestAround()?.operation;
	return operation === undefined || operation.isOver ? undefined : operation;
}

/** The same as a message says it that is sent in there: with the event that it is part of. */
export function operationInside(): Operation | undefined {
	const exchange = requestAround();
	const outer = operationAround();
	if (exchange === undefined || outer === undefined) return undefined;
	const { id, source, attempt, leg, hop, turnId, conversationId, a2a } = outer;
	// Polls that are alike share an event: none of them has one to name.
	const isNamed = outer.intentId !== undefined || exchange.method !== "tasks/get";
	return operationBlock({
		...newOperation(id, source),
		attempt,
		leg,
		hop,
		turnId,
		conversationId,
		a2a,
		...(isNamed && { parentEventId: eventIdOf(outer) }),
	});
}
