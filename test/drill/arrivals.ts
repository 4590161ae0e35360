/** How what arrived compares with what was recorded. */
export interface Arrivals {
	readonly recorded: number;
	/** Neither at the destination nor a dead letter. */
	readonly lost: number;
	/** Arrivals of an id that was there already. */
	readonly repeated: number;
	/** Ids at the destination that nobody recorded. */
	readonly foreign: number;
	/** First arrivals behind a later event. */
	readonly outOfOrder: number;
	/** Refused for good by the destination. */
	readonly poison: number;
	/** Poison that is no dead letter, and dead letters that are no poison. */
	readonly misjudged: number;
}

/** Compares by id; the recorded ones in their order, the arrived ones in theirs, repeats included. */
export function arrivals(ids: {
	readonly recorded: readonly string[];
	/** Of these, what need not have arrived yet. */
	readonly last: ReadonlySet<string>;
	readonly arrived: readonly string[];
	readonly deadLetters: readonly string[];
	readonly poison: ReadonlySet<string>;
}): Arrivals {
	const { recorded, last, arrived, deadLetters, poison } = ids;
	const there = new Set(arrived);
	const judged = new Set(deadLetters);
	const place = new Map(recorded.map((id, at) => [id, at]));
	let latest = -1;
	let outOfOrder = 0;
	for (const id of there) {
		const at = place.get(id) ?? latest;
		if (at < latest) outOfOrder += 1;
		latest = Math.max(latest, at);
	}
	return {
		recorded: recorded.length,
		lost: recorded.filter((id) => !there.has(id) && !judged.has(id) && !last.has(id)).length,
		repeated: arrived.length - there.size,
		foreign: [...there].filter((id) => !place.has(id)).length,
		outOfOrder,
		poison: poison.size,
		misjudged:
			[...poison].filter((id) => !judged.has(id)).length +
			[...judged].filter((id) => !poison.has(id)).length,
	};
}
