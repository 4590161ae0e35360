import type { CodedError } from "./audit-error.ts";

const QUIET_MS = 60_000;

/**
 * Wraps what tells errors, so that it is told of each code at most once a minute.
 *
 * @example
 * ```ts
 * const onError = onceAMinute(({ code, message }) => console.error(code, message));
 * const audit = openAudit({ service: "tickets", onError });
 * ```
 */
export function onceAMinute(
	tell: (error: CodedError) => void,
	/** Monotonic. @default `performance.now` */
	nowMs: () => number = () => performance.now(),
): (error: CodedError) => void {
	const toldMs = new Map<string, number>();
	return (error) => {
		const at = nowMs();
		const before = toldMs.get(error.code);
		if (before !== undefined && at - before < QUIET_MS) return;
		toldMs.set(error.code, at);
		tell(error);
	};
}
