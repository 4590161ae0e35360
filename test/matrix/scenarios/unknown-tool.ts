import type { Caller } from "../caller.ts";
import { settle } from "./settle.ts";

/** No tool has this name: SDK v1 answers `isError`, v2 a JSON-RPC error. */
export async function unknownTool(caller: Caller): Promise<void> {
	await settle(caller.tool("unknown_tool", {}));
}
