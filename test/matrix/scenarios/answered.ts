import type { Caller } from "../caller.ts";

/** The tool answers. */
export async function answered(caller: Caller): Promise<void> {
	await caller.tool("answered", {});
}
