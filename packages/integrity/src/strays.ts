import type { FaultList, OpenFault } from "./fault.ts";

/** A line that is no record, or a damaged record that fits nowhere. */
export interface Stray {
	readonly fault: OpenFault;
	/** Number of the line over all sources. */
	readonly ordinal: number;
}

/** Lines whose place is not known yet. */
export interface StrayList {
	add(stray: Stray): void;
	/** Takes out those between two lines. */
	take(afterOrdinal: number, beforeOrdinal: number): readonly Stray[];
	/** Takes out all. */
	takeAll(): readonly Stray[];
}

/** Beyond so many the oldest keeps the fault it has. */
const MAX_STRAYS = 1024;

export function strayList(): StrayList {
	let strays: Stray[] = [];
	return {
		add(stray) {
			strays.push(stray);
			if (strays.length > MAX_STRAYS) strays.shift();
		},
		take(after, before) {
			if (strays.length === 0) return strays;
			const between = ({ ordinal }: Stray): boolean => after < ordinal && ordinal < before;
			const taken = strays.filter(between);
			if (taken.length > 0) strays = strays.filter((stray) => !between(stray));
			return taken;
		},
		takeAll() {
			const taken = strays;
			if (taken.length > 0) strays = [];
			return taken;
		},
	};
}

/** Says that lines which are no records are the missing records `from..to`, one each; returns how many of them. */
export function explain(
	found: readonly Stray[],
	streamId: string,
	from: number,
	to: number,
): number {
	const explained = Math.min(found.length, to - from + 1);
	for (const [offset, { fault }] of found.entries()) {
		fault.streamId = streamId;
		fault.sequence = from + Math.min(offset, explained - 1);
	}
	return explained;
}

/** No record is missing where these lines stand, so they were put there. */
export function dismiss(strays: readonly Stray[], faults: FaultList): void {
	for (const { fault } of strays) if (fault.class === "edited") faults.rename(fault, "inserted");
}
