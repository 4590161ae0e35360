import type { Caller } from "../caller.ts";
import { refused } from "./settle.ts";

/** The client closes its connection while the tool works. */
export async function connectionClosed(caller: Caller): Promise<void> {
	let closed: Promise<void> | undefined;
	await refused(
		caller.tool(
			"connection_closed",
			{},
			{
				onBegin: () => {
					closed ??= caller.close();
				},
			},
		),
	);
	await closed;
}
