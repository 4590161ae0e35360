import type { Caller, WireRequest } from "./caller.ts";
import type { Sdk, Side } from "./expected.ts";
import { isOutcome, ofSide, type Recorder, type Recording, type Spans } from "./recording.ts";

/** A connected client and server, both instrumented. */
export interface Pair {
	readonly caller: Caller;
	/** Every request that left the client. */
	readonly requests: readonly WireRequest[];
	/** Waits until the server is done with every request that reached it. */
	readonly settled: () => Promise<void>;
	/** Ends both sides and gives what each recorded. */
	finish(): Promise<Readonly<Record<Side, Recording>>>;
}

/** Connects a pair of one SDK generation over one transport. */
export type Connect = (sdk: Sdk, spans: Spans) => Promise<Pair>;

/** A pair in one process: each side's recording is at hand. */
export function pairOf(
	caller: Caller,
	requests: readonly WireRequest[],
	recorders: Readonly<Record<Side, Recorder>>,
	spans: Spans,
	stop: () => Promise<void>,
): Pair {
	return {
		caller,
		requests,
		settled: () => recorders.server.until(requests.length, isOutcome),
		finish: () => finishBoth(recorders, requests, spans, stop),
	};
}

/** What both recorders have, once every request has its outcome on both sides. */
async function finishBoth(
	recorders: Readonly<Record<Side, Recorder>>,
	requests: readonly WireRequest[],
	spans: Spans,
	stop: () => Promise<void>,
): Promise<Readonly<Record<Side, Recording>>> {
	const { client, server } = recorders;
	await client.until(requests.length, isOutcome);
	await server.until(requests.length, isOutcome);
	await stop();
	const [clientEnd, serverEnd] = [await client.finish(), await server.finish()];
	const ended = spans.take();
	return {
		client: { ...clientEnd, spans: ofSide(ended, "client") },
		server: { ...serverEnd, spans: ofSide(ended, "server") },
	};
}
