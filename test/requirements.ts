/** The ten promises of DESIGN and docs/guarantees.md, and the areas around them. */
export const promises = [
	{ id: "transparent", says: "The host behaves the same with and without." },
	{ id: "complete", says: "Every request has exactly one outcome event." },
	{
		id: "durable",
		says: "What was acknowledged survives and is delivered at least once, in order.",
	},
	{ id: "honest", says: "What could not be known or recorded is said." },
	{ id: "bounded", says: "Memory, disk and handles have limits with a stated behaviour." },
	{ id: "private", says: "No value, token or secret is kept by default." },
	{ id: "tamper", says: "Edit, removal, insertion and reorder are found and named." },
	{ id: "compatible", says: "Old events stay readable; a released schema never changes." },
	{ id: "failclosed", says: "What is held and given up never acts." },
	{ id: "safe", says: "Nothing that comes from traffic is trusted." },
] as const;

/** One thing that is promised, and the tests that go red when it is broken. */
export interface Requirement {
	/** `<promise or area>.<short>`; stands in square brackets in the title of each test that proves it. */
	readonly id: string;
	readonly says: string;
	readonly provenBy: readonly string[];
}

export const requirements: readonly Requirement[] = [];
