import { setTimeout as wait } from "node:timers/promises";
import type { SinkError } from "@mcp-trail/audit";
import { isSinkError } from "../sink-error.ts";

/** How {@link acknowledged} asks. */
export interface AcknowledgementOptions {
	readonly pollMs: number;
	readonly timeoutMs: number;
	/** Asks once: true = indexed. */
	ask(signal: AbortSignal): Promise<boolean>;
	/** The error of a wait that ended without an acknowledgement; `last` is why asking failed, if it did. */
	failed(why: "aborted" | "timeout", last: SinkError | undefined): SinkError;
}

/** Asks until the events are indexed; a question that fails in passing is asked again, what an operator must mend is thrown. */
export async function acknowledged(
	options: AcknowledgementOptions,
	signal: AbortSignal,
): Promise<void> {
	const until = Date.now() + options.timeoutMs;
	let last: SinkError | undefined;
	for (;;) {
		if (signal.aborted) throw options.failed("aborted", last);
		try {
			if (await options.ask(signal)) return;
		} catch (error) {
			if (!isSinkError(error) || error.verdict !== "retry") throw error;
			last = error;
		}
		if (Date.now() + options.pollMs > until) throw options.failed("timeout", last);
		await wait(options.pollMs, undefined, { signal }).catch(() => undefined);
	}
}
