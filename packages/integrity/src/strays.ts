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
	/** Gives up: no record is missing where they stand, so they were put there. */
	dismiss(faults: FaultList): void;
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
		dismiss(faults) {
			if (strays.length === 0) return;
			for (const { fault } of strays)
				if (fault.class === "edited") faults.rename(fault, "inserted");
			strays = [];
		},
	};
}
