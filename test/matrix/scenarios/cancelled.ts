import type { Caller } from "../caller.ts";
import { refused } from "./settle.ts";

/** The caller gives up after the tool was entered. */
export async function cancelled(caller: Caller): Promise<void> {
	const abort = new AbortController();
	await refused(
		caller.tool("cancelled", {}, { signal: abort.signal, onBegin: () => abort.abort() }),
	);
}
