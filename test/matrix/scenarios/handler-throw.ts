import type { Caller } from "../caller.ts";

/** The tool throws; both SDKs answer for it with `isError`. */
export async function handlerThrow(caller: Caller): Promise<void> {
	await caller.tool("handler_throw", {});
}
