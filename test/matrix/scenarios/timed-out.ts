import type { Caller } from "../caller.ts";
import { refused } from "./settle.ts";

/** The client waits less long than the tool works. */
export async function timedOut(caller: Caller): Promise<void> {
	await refused(caller.tool("timed_out", {}, { timeoutMs: 800 }));
}
