import type { Operation } from "@mcp-trail/event";
import { exchangeOfAudit } from "../hook/of-audit.ts";
import { requestAround } from "../otel/ambient.ts";
import { eventIdOf, newOperation, operationBlock, type OperationState } from "./operation-state.ts";

/**
 * The operation of the request in whose handler this process is, as an audit recorded it, else as another one did; what
 * goes on after its end is no part of it.
 */
export function operationAround(audit: unknown): OperationState | undefined {
	const exchange = requestAround();
	const operation =
		(exchange && exchangeOfAudit(audit, exchange))?.operation ?? exchange?.operation;
	return operation === undefined || operation.isOver ? undefined : operation;
}

/** The same as a message says it that is sent in there: with the event that it is part of. */
export function operationInside(audit: unknown): Operation | undefined {
	const exchange = requestAround();
	const outer = operationAround(audit);
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
