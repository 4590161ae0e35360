import { AsyncLocalStorage } from "node:async_hooks";
import { types } from "node:util";
import type { Carried, Exchange } from "../observer.ts";

/** A request on its way through an HTTP transport, as its fetches see it. */
export interface Sending {
	readonly exchange: Pick<Exchange, "connection" | "trace"> & {
		/** Set by the fetch that carried it. */
		carried?: Carried | undefined;
	};
	/** What the fetch that carries it sends. */
	body: unknown;
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

/** Frames that an HTTP transport is sending now: one that comes again is the transport's own retry. */
const underway = new WeakSet<object>();

/** True for a frame that the transport hands to itself again, once it is authorized (SDK 1.x). */
export const isResent = (frame: object): boolean => underway.has(frame);

/** Called on true promises only: a lazy thenable would start its work a second time. */
const then = Reflect.get(Promise.prototype, "then");

/** Notes a frame for as long as it is being sent. */
export function whileUnderway(frame: object, send: () => unknown): unknown {
	const over = (): void => void underway.delete(frame);
	underway.add(frame);
	let result: unknown;
	try {
		result = send();
	} catch (error) {
		over();
		throw error;
	}
	if (types.isPromise(result)) void then.call(result, over, over);
	else over();
	return result;
}
