import type { Companion } from "../client/companion.ts";
import type { Ending, Exchange, Observation, Observer, Seen, TraceIds } from "../observer.ts";
import type { Meta } from "../json-object.ts";
import type { OwnFacts } from "./of-audit.ts";

/** An observer on a peer; two with the same key are one. */
export interface Watcher {
	readonly key: unknown;
	readonly observer: Observer;
	/** Of an audit: what its instrumentation makes of a message by itself, and who watches the fetches for it. */
	readonly own?: OwnFacts;
	readonly companion?: Companion;
}

/** Takes what an observer threw; never throws itself. */
export type OnFault = (fault: unknown) => void;

/** An exchange whose trace and operation are still to be set. */
export type OpenExchange = Omit<Exchange, "carried" | "operation" | "trace"> & {
	trace: TraceIds | undefined;
	carried?: Exchange["carried"];
	operation?: Exchange["operation"];
};

/** Shows a request to every observer, in order; the first trace is set for the later ones. */
export function observe(
	watchers: readonly Watcher[],
	exchange: OpenExchange,
	onFault: OnFault,
	extra?: unknown,
): Observation[] {
	const seen: Observation[] = [];
	for (const watcher of watchers) {
		try {
			const observation = watcher.observer.request?.(exchange, extra);
			if (observation === undefined) continue;
			seen.push(observation);
			if (observation.trace && exchange.trace === undefined) exchange.trace = observation.trace;
			if (observation.operation) exchange.operation ??= observation.operation;
		} catch (fault) {
			onFault(fault);
		}
	}
	return seen;
}

/** Tells every observation the response, while it is still as it was handed over; gives what they add to its `_meta`. */
export function answered(
	observations: readonly Observation[],
	response: NonNullable<Ending["response"]>,
	onFault: OnFault,
): Meta | undefined {
	let added: Meta | undefined;
	for (const observation of observations) {
		try {
			const meta = observation.answered?.(response);
			if (meta) added = added ? { ...meta, ...added } : meta;
		} catch (fault) {
			onFault(fault);
		}
	}
	return added;
}

/** Ends every observation, the last begun first. */
export function end(observations: readonly Observation[], ending: Ending, onFault: OnFault): void {
	for (const observation of observations) {
		try {
			observation.end(ending);
		} catch (fault) {
			onFault(fault);
		}
	}
}

/** Tells observers of a frame that is no request. */
export function tell(
	watchers: readonly Watcher[],
	member: "notification" | "refused" | "unmatched",
	seen: Seen,
	onFault: OnFault,
	extra?: unknown,
): void {
	for (const watcher of watchers) {
		try {
			watcher.observer[member]?.(seen, extra);
		} catch (fault) {
			onFault(fault);
		}
	}
}

type Around = Pick<Observation, "run">;

function runOne<R>(observation: Around, fn: () => R, onFault: OnFault): R {
	let done: { readonly value: R } | undefined;
	let entered = false;
	const once = (): R => {
		if (done) return done.value;
		entered = true;
		done = { value: fn() };
		return done.value;
	};
	try {
		observation.run?.(once);
	} catch (fault) {
		// Thrown by the host's own code inside: that is the host's to see.
		if (entered && !done) throw fault;
		onFault(fault);
	}
	return once();
}

/** Calls `fn` exactly once, inside the contexts of all observations; a broken one cannot swallow the call. */
export function runInside<R>(observations: readonly Around[], fn: () => R, onFault: OnFault): R {
	let inner = fn;
	for (let index = observations.length - 1; index >= 0; index--) {
		const observation = observations[index];
		if (observation?.run === undefined) continue;
		const next = inner;
		inner = () => runOne(observation, next, onFault);
	}
	return inner();
}
