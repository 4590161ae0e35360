import { createHash } from "node:crypto";
import type { Hints } from "@mcp-trail/event";
import { boundedTable } from "./bounded-table.ts";

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
	): readonly [string, string] | undefined;
}

const MAX_EFFECTS = 10_000;
const TTL_MS = 60 * 60 * 1000;

/** True for a tool that its definition does not call harmless to repeat; the defaults are those of the specification. */
export const mayRepeat = (hints: Hints | undefined): boolean =>
	hints?.read_only !== true && hints?.idempotent !== true;

/** Makes the memory of side effects of one instrumentation. */
export function duplicates(nowMs: () => number = Date.now): Duplicates {
	const effects = boundedTable<{ readonly first: string; told: boolean }>({
		maxEntries: MAX_EFFECTS,
		ttlMs: TTL_MS,
		nowMs,
	});
	return {
		succeeded({ scope, operationId, name, argumentsDigest }, eventId) {
			// A peer chooses the length of a name.
			const key = createHash("sha256")
				.update(JSON.stringify([scope, operationId, name, argumentsDigest]))
				.digest("base64");
			const known = effects.get(key);
			if (known === undefined) {
				effects.set(key, { first: eventId, told: false });
				return undefined;
			}
			if (known.told) return undefined;
			known.told = true;
			return [known.first, eventId];
		},
	};
}
