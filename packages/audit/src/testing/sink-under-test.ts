import assert from "node:assert/strict";
import type { SealedEvent } from "@mcp-trail/integrity";
import type { Sink } from "../sink.ts";

/** How a destination can be made to misbehave. */
export type SinkFaultKind =
	/** It refuses everything for now: no connection, or an answer that says try again. */
	| "down"
	/** It takes the connection and never answers. */
	| "silent"
	/** It refuses certain events for good. */
	| "poison";

/** A sink and the destination behind it. */
export interface SinkUnderTest {
	readonly sink: Sink;
	/** Ids of the events that the destination holds, in the order in which it took them, repeats included. */
	readonly received: () => readonly string[] | Promise<readonly string[]>;
	/** Makes the destination misbehave until called with `none`; `ids` are the events refused as `poison`. */
	readonly fault?: (
		kind: SinkFaultKind | "none",
		ids?: ReadonlySet<string>,
	) => void | Promise<void>;
	/** Called at the end of each check. */
	readonly dispose?: () => void | Promise<void>;
}

/** What {@link checkSink} is given. */
export interface CheckSinkOptions {
	/** Registers a test, as `test` of vitest and of node:test do. */
	readonly test: (name: string, run: () => Promise<void>) => void;
	/** Makes a new sink with an empty destination, for each check. */
	make(): SinkUnderTest | Promise<SinkUnderTest>;
	/** Faults that this destination cannot have; their checks are left out. @default none */
	readonly cannot?: readonly SinkFaultKind[];
	/** The one stream that writing to is this sink's purpose. @default neither: it is silent */
	readonly writesTo?: "stdout" | "stderr";
	/** Longest time for one write to a destination that works, in milliseconds. @default 10_000 */
	readonly patienceMs?: number;
}

/** What the checks of a sink are written with. */
export interface SinkChecks {
	readonly options: CheckSinkOptions;
	readonly patienceMs: number;
	/** Registers a check that gets a sink of its own. */
	readonly check: (name: string, run: (tested: SinkUnderTest) => Promise<void>) => void;
	readonly can: (kind: SinkFaultKind) => boolean;
	/** Fails if the work takes longer. */
	readonly soon: <T>(what: string, ms: number, work: Promise<T>) => Promise<T>;
	readonly write: (sink: Sink, batch: readonly SealedEvent[]) => Promise<void>;
	readonly close: (sink: Sink, what?: string) => Promise<void>;
}

/** Longest time for a sink to heed a signal, in milliseconds. */
export const HEED_MS = 1000;

export const never = (): AbortSignal => new AbortController().signal;

export const ids = (events: readonly SealedEvent[]): readonly string[] =>
	events.map(({ event }) => event.id);

/** Makes the destination misbehave. */
export async function fault(
	{ fault: make }: SinkUnderTest,
	kind: SinkFaultKind | "none",
	which?: ReadonlySet<string>,
): Promise<void> {
	assert.ok(make, `make() gives no fault(); say cannot: ["${kind}"] if it cannot happen`);
	await make(kind, which);
}

/** What a write rejected with; undefined = it resolved. */
export async function failure(
	work: Promise<void>,
): Promise<{ readonly error: unknown } | undefined> {
	try {
		await work;
		return undefined;
	} catch (error) {
		return { error };
	}
}
