import { isRequestId } from "./frame.ts";
import { member } from "./loose.ts";

/** The requests that were under way when a peer was instrumented: what answers them is no stray answer. */
export interface Earlier {
	/** Takes out the request that an answer is for. */
	take(isInbound: boolean, id: unknown): boolean;
}

function idsIn(low: object, keys: readonly string[]): Set<string | number> {
	const ids = new Set<string | number>();
	for (const key of keys) {
		const table = member(low, key);
		if (table instanceof Map) for (const id of table.keys()) if (isRequestId(id)) ids.add(id);
	}
	return ids;
}

/** Both SDKs keep what they asked, and what they are asked, in the same private members. */
export function earlierOf(low: object): Earlier {
	const asked = idsIn(low, ["_responseHandlers", "_listenState"]);
	const answering = idsIn(low, ["_requestHandlerAbortControllers"]);
	return {
		take(isInbound, id) {
			if (!isRequestId(id)) return false;
			// As the SDK matches them: a peer's id is converted, one's own is not.
			return isInbound ? asked.delete(id) || asked.delete(Number(id)) : answering.delete(id);
		},
	};
}
