import type { Caller } from "../caller.ts";

/** The arguments are not what the tool declares. */
export async function badArguments(caller: Caller): Promise<void> {
	await caller.tool("bad_arguments", { count: "three" });
}
