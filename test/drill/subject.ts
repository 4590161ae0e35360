/** What carries events to a destination in the drill: mcp-trail, or another pipeline for comparison. */
export interface Subject {
	/** Hands over one event under this id, without waiting. */
	record(id: string): void;
	/** How often a try has failed so far, if it can tell. */
	failures(): number | undefined;
	/** Waits until everything is delivered as far as it ever will be, and ends. */
	finish(): Promise<Handed>;
}

/** What a subject took over. */
interface Handed {
	/** Ids in the order in which they were recorded, the subject's own included. */
	readonly ids: readonly string[];
	/** Of these, what was recorded as it ended: it may still wait for whoever comes next. */
	readonly last: ReadonlySet<string>;
	/** Ids of events that it kept aside because the destination refused them for good. */
	readonly deadLetters: readonly string[];
}
