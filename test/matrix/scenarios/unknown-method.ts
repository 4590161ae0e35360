import type { Caller } from "../caller.ts";
import { refused } from "./settle.ts";

/** Nobody knows this method. */
export async function unknownMethod(caller: Caller): Promise<void> {
	await refused(caller.request("acme/unknown_method"));
}
