import { randomUUID } from "node:crypto";
import type { Claim } from "../extension/claim.ts";
import { peerEventId } from "../extension/receipt.ts";
import type { Exchange } from "../observer.ts";
import type { CallContext } from "./call-context.ts";
import type { Echo } from "./legs.ts";
import { eventIdOf, newOperation, outcomeIdOf, type OperationState } from "./operation-state.ts";
import type { Effort } from "./retries.ts";

/** What is known of a request beside its trace. */
export interface Clues {
	/** What its sender says; on its way out, what the application wrote itself. */
	readonly claim: Claim | undefined;
	/** What the application said around the call. */
	readonly context: CallContext | undefined;
	/** The request in whose handler it is made. */
	readonly outer: OperationState | undefined;
	/** The call that made the task which it is about. */
	readonly task: OperationState | undefined;
	/** The round it answers. */
	readonly echo: Echo | undefined;
	/** It is going to carry a block of ours. */
	readonly isWritten: boolean;
}

/** The operation of a request of which nothing but the trace is known. */
export function plainOperation({ trace }: Exchange): OperationState {
	return trace === undefined
		? newOperation(randomUUID(), "local")
		: newOperation(trace.traceId, "trace");
}

/** The id by what is known best, and where that is from. */
function identified(
	exchange: Exchange,
	{ claim, context, outer, isWritten }: Clues,
	from: OperationState | undefined,
): OperationState {
	if (claim) return newOperation(claim.operationId, "extension");
	const id = from?.id ?? context?.operationId ?? outer?.id;
	if (isWritten) return newOperation(exchange.writtenId ?? id ?? randomUUID(), "extension");
	if (from) return newOperation(from.id, from.source);
	if (context?.operationId !== undefined) return newOperation(context.operationId, "local");
	return outer ? newOperation(outer.id, outer.source) : plainOperation(exchange);
}

/** The round by what its sender says and by what was seen here; undefined where neither knows. */
function legOf(
	{ claim, outer, task, echo, isWritten }: Clues,
	operationId: string,
): number | undefined {
	const said = claim?.leg ?? (echo ? outer?.leg : undefined);
	const round = echo?.round;
	const seen = round?.operation.id === operationId ? round.leg + 1 : undefined;
	if (said !== undefined || seen !== undefined) return Math.max(said ?? 0, seen ?? 0);
	if (task) return undefined;
	// A first leg echoes nothing; whose sender does not count says nothing.
	return echo === undefined && (claim !== undefined || isWritten) ? 0 : undefined;
}

/** How many gateways it has passed. */
function hopOf(
	{ direction }: Exchange,
	{ claim, outer, task, isWritten }: Clues,
): number | undefined {
	if (claim) return claim.hop ?? 0;
	if (task) return task.hop;
	if (!isWritten) return undefined;
	// What a server asks of its own client goes back, not on.
	return outer ? (outer.hop ?? 0) + (direction === "client_to_server" ? 1 : 0) : 0;
}

/** Decides to which operation a request belongs, and where in it. */
export function identify(
	exchange: Exchange,
	clues: Clues,
	effort: Effort | undefined,
): OperationState {
	const { claim, context, outer, task, echo, isWritten } = clues;
	const from = echo?.round?.operation ?? task ?? effort?.operation;
	const operation = identified(exchange, clues, from);
	const isCounted = claim !== undefined || isWritten;
	// The same request may have been tried before in another operation than the one it echoes.
	const isRepeated = effort?.operation.id === operation.id;
	const before = isRepeated ? effort : undefined;
	const known = from?.id === operation.id ? from : outer;
	operation.attempt =
		claim?.attempt ?? (before ? before.attempt + 1 : known?.attempt) ?? (isCounted ? 1 : undefined);
	if (before && claim === undefined) operation.retryReason = before.reason;
	operation.leg = legOf(clues, operation.id);
	operation.hop = hopOf(exchange, clues);
	operation.turnId = claim?.turnId ?? context?.turnId ?? (outer ?? task)?.turnId;
	operation.conversationId =
		claim?.conversationId ?? context?.conversationId ?? (outer ?? task)?.conversationId;
	operation.a2a = claim?.a2a ?? context?.a2a ?? (outer ?? task)?.a2a;
	// Findings, receipts and the next hop name its event; polls that are alike share one.
	const isNamed = isCounted || context?.operationId !== undefined;
	if (isNamed && exchange.method !== "tasks/get") outcomeIdOf(operation, exchange.startMs);
	if (outer) operation.parentEventId = eventIdOf(outer);
	if (exchange.inbound) operation.peerEventId = peerEventId(claim?.parentEventId);
	return operation;
}
