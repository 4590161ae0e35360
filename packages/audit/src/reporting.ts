import process from "node:process";
import type { CodedError } from "./audit-error.ts";
import { onceAMinute } from "./once-a-minute.ts";
import type { Clock } from "./system.ts";

/** Makes the one place where errors are told; never throws, whatever it is given to tell. */
export function reporter(
	onError: ((error: CodedError) => void) | undefined,
	clock: Clock,
): (error: CodedError) => void {
	const tell = onError ?? warning(clock);
	return (error) => {
		try {
			tell(error);
		} catch {
			// Nobody is left to be told.
		}
	};
}

/** A process warning (standard error), each code at most once a minute. */
const warning = (clock: Clock) =>
	onceAMinute(
		({ code, message }) => process.emitWarning(message, { type: "McpTrailWarning", code }),
		() => clock.nowMs(),
	);
