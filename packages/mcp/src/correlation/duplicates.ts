import { createHash } from "node:crypto";
import type { Hints } from "@mcp-trail/event";
import { boundedTable } from "./bounded-table.ts";

/** Which sending of the operation's request it was. */
interface Effort {
	readonly hop: number | undefined;
	readonly attempt: number | undefined;
	/** The sender's own event about it. */
	readonly peerEventId: string | undefined;
}

/** Side effects that happened twice within one operation. */
export interface Duplicates {
	/** Notes that a tool answered; gives the events of the first two times when this is the second. */
	succeeded(
		what: {
			readonly scope: string;
			readonly operationId: string;
			readonly name: string;
			readonly argumentsDigest: string;
		},
		eventId: string,
		by: Effort,
	): readonly [string, string] | undefined;
}

const MAX_EFFECTS = 10_000;
const TTL_MS = 60 * 60 * 1000;

/** True for a tool that its definition does not call harmless to repeat; the defaults are those of the specification. */
export const mayRepeat = (hints: Hints | undefined): boolean =>
	hints?.read_only !== true && hints?.idempotent !== true;

/** A gateway may call a tool twice within the one operation it handles: another event of it, not another attempt. */
const isOnPurpose = (first: Effort, by: Effort): boolean =>
	(by.hop ?? 0) > 0 && first.attempt === by.attempt && first.peerEventId !== by.peerEventId;

/** Makes the memory of side effects of one instrumentation. */
export function duplicates(nowMs: () => number = Date.now): Duplicates {
	const effects = boundedTable<{ readonly first: string; readonly by: Effort; told: boolean }>({
		maxEntries: MAX_EFFECTS,
		ttlMs: TTL_MS,
		nowMs,
	});
	return {
		succeeded({ scope, operationId, name, argumentsDigest }, eventId, by) {
			// A peer chooses the length of a name.
			const key = createHash("sha256")
				.update(JSON.stringify([scope, operationId, name, argumentsDigest]))
				.digest("base64");
			const known = effects.get(key);
			if (known === undefined) {
				const { hop, attempt, peerEventId } = by;
				effects.set(key, { first: eventId, by: { hop, attempt, peerEventId }, told: false });
				return undefined;
			}
			if (known.told || isOnPurpose(known.by, by)) return undefined;
			known.told = true;
			return [known.first, eventId];
		},
	};
}
