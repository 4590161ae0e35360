import type { Refused } from "./resend.ts";
import type { Position } from "../trail.ts";

/** Remembers the last refusals of a sink, so that a passed cursor is not taken for a delivery. */
export interface RecentRefusals {
	add(refused: readonly Refused[]): void;
	has(position: Position): boolean;
}

/** At least the last 1,000 refusals and all that were added at once; at most 2,000 and two such additions. */
export function recentRefusals(): RecentRefusals {
	let older = new Set<string>();
	let newer = new Set<string>();
	return {
		add(refused) {
			// Between two adds only: whoever waits for one of a batch is told right after it was added.
			if (newer.size >= 1000) {
				older = newer;
				newer = new Set();
			}
			for (const { event } of refused) newer.add(`${event.stream}/${event.sequence}`);
		},
		has({ streamId, sequence }) {
			const key = `${streamId}/${sequence}`;
			return newer.has(key) || older.has(key);
		},
	};
}
