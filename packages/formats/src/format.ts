import type { StoredEvent } from "@mcp-trail/event";

/** How a line format's text is encoded, and what a projected event is. */
export type Projected = Readonly<Record<string, unknown>> | string;

/** One target schema: a pure projection of a stored event into its words. */
export interface Format<P extends Projected = Projected> {
	/** `^[a-z][a-z0-9_]{0,31}$`, what `mcp-trail convert --to` calls it. */
	readonly name: string;
	/** What a record is sent as. */
	readonly mediaType: string;
	/** Says the event in the target's words; never throws, and never uses anything but the event. */
	project(event: StoredEvent): P;
}
