/** What can happen to a destination, and what it may cost. */
export interface Fault {
	readonly name: FaultName;
	readonly says: string;
	/** Whether the destination may have taken what the sink was not told of: then events may come twice, with the same id. */
	readonly mayRepeat: boolean;
}

/** A name of {@link faults}. */
export type FaultName =
	| "busy"
	| "cut"
	| "down"
	| "half_accepted"
	| "lost_answer"
	| "slow"
	| "unauthorized";

/** Every fault of the drill. */
export const faults: readonly Fault[] = [
	{ name: "down", says: "nothing listens", mayRepeat: false },
	{ name: "slow", says: "every other answer comes after the sink's deadline", mayRepeat: true },
	{ name: "busy", says: "429 with Retry-After, or the destination's own word", mayRepeat: false },
	{ name: "unauthorized", says: "401, or the destination's own word", mayRepeat: false },
	{ name: "half_accepted", says: "some events are refused for good", mayRepeat: true },
	{ name: "cut", says: "the connection ends within the answer", mayRepeat: true },
	{
		name: "lost_answer",
		says: "killed after it took the events, before it said so",
		mayRepeat: true,
	},
];
