import type { Sink } from "@mcp-trail/audit";

/** An HTTP sink in the outage drill: `targets/<subpath of the sink>.ts` exports one as `target`. It imports no test runner. */
export interface DrillTarget {
	/** The sink's subpath, such as `splunk-hec`. */
	readonly name: string;
	/** Starts the sink's contract server, empty. */
	start(): Promise<Destination>;
	/** What this destination says when it is busy. @default 429 with `Retry-After: 1` */
	readonly busy?: DrillAnswer;
	/** What it says to credentials that it does not take. @default 401 */
	readonly unauthorized?: DrillAnswer;
	/** It says yes in a request of its own, so that events may come twice whenever that one fails. @default false */
	readonly confirmsLater?: boolean;
}

/** An answer made in front of a destination. */
export interface DrillAnswer {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
}

/** A destination on this machine, without faults of its own. */
interface Destination {
	/** Origin of its contract server; the faults stand in front of it. */
	readonly url: string;
	/** The sink that sends to `url`, which is the faults' own or the server's; every request of it goes there. */
	sink(url: string, options: { readonly timeoutMs: number }): Sink;
	/** Ids of the events that it took, in order, repeats included: what it would show, so without what it dropped as known. */
	received(): readonly string[] | Promise<readonly string[]>;
	/**
	 * From now on refuses these for good, as its protocol does: by item, in part, or the whole request with one of
	 * them. Absent where it looks at no event: then every other request is refused for as long as the fault lasts.
	 */
	poison?(ids: ReadonlySet<string>): void;
	close(): Promise<void>;
}
