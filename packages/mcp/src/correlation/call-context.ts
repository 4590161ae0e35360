import { AsyncLocalStorage } from "node:async_hooks";
import { isOpaque, type A2aIds } from "../extension/claim.ts";

/** What an application knows of the calls it is about to make. Ids are 1 to 128 visible ASCII characters. */
export interface CallContext {
	/** One logical call: the same request sent again inside is another attempt of it. */
	readonly operationId?: string;
	/** The turn of a conversation (SEP-2817). */
	readonly turnId?: string;
	readonly conversationId?: string;
	/** The agent-to-agent exchange in which the calls are made. */
	readonly a2a?: A2aIds;
}

// Module state on purpose: an application says it once, whichever client of the process calls.
const storage = new AsyncLocalStorage<CallContext>();

/** Of these ids those that are of the form an id has on the wire. */
function wellFormed<T extends object>(ids: T | undefined, names: readonly (keyof T)[]): Partial<T> {
	const kept: Partial<T> = {};
	for (const name of names) if (isOpaque(ids?.[name])) kept[name] = ids[name];
	return kept;
}

/**
 * Runs `fn`; every request that a client sends inside carries these ids, beside those of a context around it. An id of
 * another form is left out: some come from peers.
 *
 * @example
 * await withCallContext({ turnId: "turn-9" }, () => client.callTool({ name: "create_ticket" }));
 */
export function withCallContext<R>(context: CallContext, fn: () => R): R {
	const around = storage.getStore();
	const a2a = { ...around?.a2a, ...wellFormed(context.a2a, ["contextId", "taskId", "messageId"]) };
	return storage.run(
		{
			...around,
			...wellFormed(context, ["operationId", "turnId", "conversationId"]),
			...(Object.keys(a2a).length > 0 && { a2a }),
		},
		fn,
	);
}

/** The context around the call that is being made. */
export const callContext = (): CallContext | undefined => storage.getStore();
