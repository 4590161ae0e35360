import type { Outcome } from "@mcp-trail/event";
import { boundedTable } from "./bounded-table.ts";
import type { OperationState } from "./operation-state.ts";

/** The effort before, and why another one follows it. */
export interface Effort {
	readonly operation: OperationState;
	readonly attempt: number;
	readonly reason: string;
}

/** Efforts that may be tried again: the same request, sent again within one operation or trace. */
export interface Retries {
	/** False as long as no request can be a retry, so that nothing has to be asked. */
	isEmpty(): boolean;
	before(key: string): Effort | undefined;
	/** Remembers how an effort ended. After a success the same request is another call, except where `isOneOperation`. */
	ended(
		key: string,
		operation: OperationState,
		outcome: Outcome | undefined,
		isOneOperation: boolean,
	): void;
}

const MAX_EFFORTS = 10_000;
const TTL_MS = 10 * 60 * 1000;

/** Why the same request comes again, by how the effort before it ended. */
function reasonOf(outcome: Outcome | undefined): string {
	if (outcome?.layer === "auth") return "step_up";
	const isLost = outcome?.layer === "transport" || outcome?.status === "timeout";
	return isLost || outcome?.status === "unknown" ? "transport" : "application";
}

/** Makes the memory of efforts of one instrumentation. */
export function retries(nowMs: () => number = Date.now): Retries {
	const efforts = boundedTable<Effort>({ maxEntries: MAX_EFFORTS, ttlMs: TTL_MS, nowMs });
	return {
		isEmpty: () => efforts.size() === 0,
		before: (key) => efforts.get(key),
		ended(key, operation, outcome, isOneOperation) {
			const status = outcome?.status;
			if (status === "pending") return;
			if (status === "success" && !isOneOperation) {
				if (efforts.size() > 0) efforts.delete(key);
				return;
			}
			efforts.set(key, {
				operation,
				// Efforts that overlap end in any order.
				attempt: Math.max(efforts.get(key)?.attempt ?? 1, operation.attempt ?? 1),
				reason: reasonOf(outcome),
			});
		},
	};
}
