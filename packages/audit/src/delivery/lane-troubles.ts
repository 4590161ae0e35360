import type { LaneHealth } from "../audit.ts";
import type { Batch } from "../trail.ts";

/** What a batch under way is in trouble with. */
export interface Trouble {
	readonly state: "retrying" | "holding";
	readonly error: { readonly code: string; readonly message: string };
}

/** The troubles of a lane, by batch. */
export interface LaneTroubles {
	met(batch: Batch, trouble: Trouble): void;
	over(batch: Batch): void;
	/** The worst of them; of equals the first. */
	worst(): Trouble | undefined;
}

const ORDER: readonly LaneHealth["state"][] = ["delivering", "retrying", "holding", "closed"];

/** The worse of two states. */
export function worse(one: LaneHealth["state"], other: LaneHealth["state"]): LaneHealth["state"] {
	return ORDER.indexOf(other) > ORDER.indexOf(one) ? other : one;
}

/** Makes a lane's troubles, none yet. */
export function laneTroubles(): LaneTroubles {
	const troubles = new Map<Batch, Trouble>();
	return {
		met: (batch, trouble) => void troubles.set(batch, trouble),
		over: (batch) => void troubles.delete(batch),
		worst() {
			const all = [...troubles.values()];
			return all.find(({ state }) => state === "holding") ?? all[0];
		},
	};
}
