import { AsyncLocalStorage } from "node:async_hooks";
import { types } from "node:util";
import type { Carried } from "../credentials.ts";
import type { Connection } from "../peer-connection.ts";
import type { Exchange } from "../observer.ts";

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
function beingSent(): Sending | undefined {
	const sending = current.getStore();
	return sending?.gone === false ? sending : undefined;
}

/** What fetches are called with, of requests that were found by their body: another watch may stand inside. */
const ofFetches = new WeakMap<object, Sending>();

/** The request for whose sake a fetch is called with this, or the one being sent. */
export function sentWith(init: unknown, find: FindSending | undefined): Sending | undefined {
	if (typeof init !== "object" || init === null) return beingSent();
	const found = ofFetches.get(init) ?? find?.(init);
	if (found === undefined) return beingSent();
	ofFetches.set(init, found);
	return found.gone ? undefined : found;
}

/** Finds a request that is being sent by what its fetch is called with. */
export type FindSending = (init: object) => Sending | undefined;

const selfTelling = new WeakSet<Connection>();

/** Notes that every fetch of a connection tells its request by itself: no context is opened around its sending. */
export const tellsItself = (connection: Connection): void => void selfTelling.add(connection);

/** True where no context is needed around a sending. One in use slows every promise of a process before Node 24. */
export const isSelfTelling = (connection: Connection): boolean => selfTelling.has(connection);

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
