import type { A2a, Operation } from "@mcp-trail/event";
import type { A2aIds, Claim } from "../extension/claim.ts";
import { peerEventId } from "../extension/receipt.ts";
import { newEventId } from "../random-ids.ts";

/** What is known of the operation that one request belongs to. */
export interface OperationState {
	readonly id: string;
	readonly source: Operation["source"];
	attempt: number | undefined;
	leg: number | undefined;
	hop: number | undefined;
	retryReason: string | undefined;
	turnId: string | undefined;
	conversationId: string | undefined;
	a2a: A2aIds | undefined;
	/** The event of this process within which it happened. */
	parentEventId: string | undefined;
	/** The other side's event about it. */
	peerEventId: string | undefined;
	/** The intent event that the outcome closes. */
	intentId: string | undefined;
	/** The id its outcome is going to have, once somebody asked for it. */
	eventId: string | undefined;
	/** Nothing that starts now happens within it. */
	isOver: boolean;
}

/** Makes the state of an operation of which only the id is known. */
export function newOperation(id: string, source: Operation["source"]): OperationState {
	return {
		id,
		source,
		attempt: undefined,
		leg: undefined,
		hop: undefined,
		retryReason: undefined,
		turnId: undefined,
		conversationId: undefined,
		a2a: undefined,
		parentEventId: undefined,
		peerEventId: undefined,
		intentId: undefined,
		eventId: undefined,
		isOver: false,
	};
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function a2aBlock({ contextId, taskId, messageId }: A2aIds): A2a {
	return {
		...(contextId !== undefined && { context_id: contextId }),
		...(taskId !== undefined && { task_id: taskId }),
		...(messageId !== undefined && { message_id: messageId }),
	};
}

/** Says an operation as an event does, in the order of the format; `isOutcome` names the intent that it closes. */
export function operationBlock(state: OperationState, isOutcome = false): Operation {
	const block: Writable<Operation> = { id: state.id, source: state.source };
	if (state.attempt !== undefined) block.attempt = state.attempt;
	if (state.leg !== undefined) block.leg = state.leg;
	if (state.hop !== undefined) block.hop = state.hop;
	if (isOutcome && state.intentId !== undefined) block.intent_id = state.intentId;
	if (state.parentEventId !== undefined) block.parent_event_id = state.parentEventId;
	if (state.peerEventId !== undefined) block.peer_event_id = state.peerEventId;
	if (state.retryReason !== undefined) block.retry_reason = state.retryReason;
	if (state.turnId !== undefined) block.turn_id = state.turnId;
	if (state.conversationId !== undefined) block.conversation_id = state.conversationId;
	if (state.a2a !== undefined) block.a2a = a2aBlock(state.a2a);
	return block;
}

/** The operation of a request of which only its block is known. */
export function claimedOperation(claim: Claim): Operation {
	const { operationId, parentEventId, attempt = 1, leg = 0, hop = 0, ...ids } = claim;
	return operationBlock({
		...newOperation(operationId, "extension"),
		...ids,
		attempt,
		leg,
		hop,
		peerEventId: peerEventId(parentEventId),
	});
}

/** The id under which the outcome of a request is or will be recorded. */
export function outcomeIdOf(state: OperationState, nowMs: number = Date.now()): string {
	return (state.eventId ??= newEventId(nowMs));
}

/** The event by which others name a request: its intent, which is there first, else its outcome. */
export const eventIdOf = (state: OperationState): string => state.intentId ?? outcomeIdOf(state);
