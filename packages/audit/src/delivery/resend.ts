import type { SealedEvent } from "@mcp-trail/integrity";
import type { Failure } from "./sink-error.ts";

/** An event that a sink refused for good. */
export interface Refused {
	readonly event: SealedEvent;
	/** The sink's word for why. */
	readonly code: string;
}

/** What to do after a write that did not deliver everything. */
export interface Resend {
	/** To the dead letters. */
	readonly refused: readonly Refused[];
	/** To write next, in this order; each is one write. */
	readonly groups: readonly (readonly SealedEvent[])[];
	/** How long to wait before. */
	readonly wait: "none" | "retry" | "hold";
}

/** Decides, from what a sink said about a group, which events are dead letters and which are written again. */
export function resend(group: readonly SealedEvent[], failure: Failure, ordered: boolean): Resend {
	if (failure.items !== undefined) return resendItems(group, failure.items, ordered);
	if (failure.verdict !== "reject") {
		return { refused: [], groups: [group], wait: failure.verdict };
	}
	const [only, ...others] = group;
	if (only !== undefined && others.length === 0) {
		return { refused: [{ event: only, code: failure.code }], groups: [], wait: "none" };
	}
	// Refusing a whole batch would lose its innocents: halve until the poison is alone.
	const middle = Math.ceil(group.length / 2);
	return { refused: [], groups: [group.slice(0, middle), group.slice(middle)], wait: "none" };
}

function resendItems(
	group: readonly SealedEvent[],
	items: NonNullable<Failure["items"]>,
	ordered: boolean,
): Resend {
	const pending = items.filter((item) => item.verdict !== "reject");
	const first = pending[0]?.index ?? group.length;
	const again = ordered ? group.slice(first) : pending.flatMap((item) => group[item.index] ?? []);
	return {
		// In an ordered sink a refusal behind the first undelivered event is judged again in its turn.
		refused: items.flatMap((item) => {
			const event = group[item.index];
			return item.verdict === "reject" && event !== undefined && (!ordered || item.index < first)
				? [{ event, code: item.code }]
				: [];
		}),
		groups: again.length === 0 ? [] : [again],
		wait:
			again.length === 0
				? "none"
				: pending.some((item) => item.verdict === "hold")
					? "hold"
					: "retry",
	};
}
