import process from "node:process";
import type { CodedError } from "./audit-error.ts";
import type { Clock } from "./system.ts";

const QUIET_MS = 60_000;

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
function warning(clock: Clock): (error: CodedError) => void {
	const toldMs = new Map<string, number>();
	return ({ code, message }) => {
		const nowMs = clock.nowMs();
		const beforeMs = toldMs.get(code);
		if (beforeMs !== undefined && nowMs - beforeMs < QUIET_MS) return;
		toldMs.set(code, nowMs);
		process.emitWarning(message, { type: "McpTrailWarning", code });
	};
}
