import type { Delivery, Sink, Verdict } from "@mcp-trail/audit";
import type { SealedEvent } from "@mcp-trail/integrity";

/** What became of one test event at one sink. */
export type Answer = {
	readonly type: string;
	readonly sink: string;
	readonly event_id: string;
	readonly delivery: Delivery;
	readonly latency_ms: number;
} & (
	| { readonly ok: true }
	| {
			readonly ok: false;
			/** As in docs/errors.md and the sinks' pages. */
			readonly code: string;
			/** What a pipeline would do: try again, write a dead letter, or wait for an operator. */
			readonly verdict: Verdict;
			readonly message: string;
	  }
);

type Said = Answer extends infer A ? (A extends Answer ? Omit<A, "type"> : never) : never;

const CLOSE_MS = 5_000;

/** Writes an event to a sink once, within a deadline whether or not the sink heeds it, and closes the sink. */
export async function sendOne(
	sink: Sink,
	event: SealedEvent,
	{ timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Said> {
	const beganAt = performance.now();
	const about = (): Pick<Said, "sink" | "event_id" | "delivery" | "latency_ms"> => ({
		sink: sink.name,
		event_id: event.event.id,
		delivery: sink.delivery,
		latency_ms: Math.round(performance.now() - beganAt),
	});
	try {
		await bounded(async (until) => sink.write([event], until), timeoutMs, signal);
		return { ...about(), ok: true };
	} catch (error) {
		// Interrupted: nobody waits for the answer any more.
		signal.throwIfAborted();
		return { ...about(), ok: false, ...meaning(error, timeoutMs) };
	} finally {
		await bounded(async (until) => sink.close?.(until), CLOSE_MS, signal).catch(() => undefined);
	}
}

class Late extends Error {}

/** Does a work within a deadline, whether or not it heeds the signal that it is given. */
export async function bounded(
	work: (until: AbortSignal) => Promise<void>,
	timeoutMs: number,
	signal: AbortSignal,
): Promise<void> {
	const stop = new AbortController();
	let timer: NodeJS.Timeout | undefined;
	let abort: (() => void) | undefined;
	const given = new Promise<never>((_, reject) => {
		// Held, so that the process does not leave instead of telling.
		timer = setTimeout(() => reject(new Late()), timeoutMs);
		abort = () => reject(new Late());
		signal.addEventListener("abort", abort, { once: true });
		if (signal.aborted) abort();
	});
	try {
		await Promise.race([work(stop.signal), given]);
	} finally {
		clearTimeout(timer);
		if (abort) signal.removeEventListener("abort", abort);
		stop.abort();
	}
}

/** What a sink's failure is called, and what a pipeline would do. */
export function meaning(
	error: unknown,
	timeoutMs: number,
): { readonly code: string; readonly verdict: Verdict; readonly message: string } {
	if (error instanceof Late)
		return {
			code: "test_timeout",
			verdict: "retry",
			message: `No answer within ${timeoutMs} ms. Check the address and that the destination runs, or give a longer --timeout-ms.`,
		};
	const { code, verdict, message } = parts(error);
	return { code: code ?? "unknown", verdict: verdict ?? "retry", message };
}

/** A sink's error by its shape. */
function parts(error: unknown): { code?: string; verdict?: Verdict; message: string } {
	if (typeof error !== "object" || error === null) return { message: String(error) };
	const message = "message" in error ? String(error.message) : "";
	const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {};
	const verdicts: readonly Verdict[] = ["retry", "reject", "hold"];
	const verdict = "verdict" in error ? verdicts.find((one) => one === error.verdict) : undefined;
	return { message, ...code, ...(verdict === undefined ? {} : { verdict }) };
}
