import type { Caller } from "../caller.ts";

/** The tool answers with `isError`. */
export async function toolError(caller: Caller): Promise<void> {
	await caller.tool("tool_error", {});
}
