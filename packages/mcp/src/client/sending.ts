import { AsyncLocalStorage } from "node:async_hooks";
import type { Carried, TraceIds } from "../observer.ts";

/** A request on its way through an HTTP transport, as its fetches see it. */
export interface Sending {
	/** Set by the fetch that carried it. */
	carried: Carried | undefined;
	readonly exchange: { readonly trace: TraceIds | undefined };
	/** True once the request has ended: what is fetched after that is not its own. */
	readonly gone: boolean;
}

const current = new AsyncLocalStorage<Sending | undefined>();

/** Runs the sending of a request; of anything else that is sent, what was being sent before is not its own. */
export function whileSending<R>(sending: Sending | undefined, run: () => R): R {
	return sending === undefined && current.getStore() === undefined
		? run()
		: current.run(sending, run);
}

/** The request for whose sake something is fetched. */
export function beingSent(): Sending | undefined {
	const sending = current.getStore();
	return sending?.gone === false ? sending : undefined;
}
