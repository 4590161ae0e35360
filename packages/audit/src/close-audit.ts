import { AuditError, messageOf } from "./audit-error.ts";
import type { CloseReport } from "./audit.ts";
import type { Lane } from "./delivery/lane.ts";
import { late, unlessAborted, within } from "./delivery/waiting.ts";
import type { System } from "./system.ts";
import type { Trail } from "./trail.ts";

type Work<T> = (signal: AbortSignal) => Promise<T>;

export interface CloseOptions {
	readonly system: System;
	readonly timeoutMs: number;
	/** Replaces the deadline. */
	readonly signal: AbortSignal | undefined;
	readonly lanes: readonly Lane[];
	readonly ready: Promise<void>;
	trail(): Trail | undefined;
	/** Records `trail.stopped`. */
	noteStopped(): Promise<void>;
	counts(): { readonly recorded: number; readonly lost: number };
	onError(error: AuditError): void;
}

/** Sinks and the trail get this long to close once the deadline has passed. */
const LAST_MS = 500;

/**
 * Closes an audit that takes no more events, in this order:
 * 1. wait until the trail is open, so that what was recorded early is written;
 * 2. record `trail.stopped`;
 * 3. flush the trail: everything recorded is durable;
 * 4. stop all retry waits and drain each lane once, all lanes at the same time;
 * 5. close the sinks (what one buffers, its `close` delivers);
 * 6. close the trail, after its readers.
 *
 * Each step ends at the deadline at the latest; the steps after it still run, with little time.
 */
export async function closeAudit(options: CloseOptions): Promise<CloseReport> {
	const { system, lanes } = options;
	const deadline = new AbortController();
	const outside = options.signal;
	const onOutside = (): void => deadline.abort();
	outside?.addEventListener("abort", onOutside, { once: true });
	const cancel =
		outside === undefined
			? system.timers.after(options.timeoutMs, () => deadline.abort(), { ref: true })
			: keepAlive(system);
	if (outside?.aborted === true) deadline.abort();
	let clean = true;

	/** After the deadline a step has a signal of its own: one that is aborted already would end it before it began. */
	const hurried = async <T>(work: Work<T>): Promise<T | typeof late> => {
		const last = new AbortController();
		const ended = await within(system.timers, LAST_MS, work(last.signal));
		if (ended === late) last.abort();
		return ended;
	};

	/** Runs a step; what it throws, and missing the deadline, is reported. */
	const step = async <T>(name: string, work: Work<T>): Promise<T | undefined> => {
		try {
			const ended = deadline.signal.aborted
				? await hurried(work)
				: await unlessAborted(work(deadline.signal), deadline.signal);
			if (ended !== late) return ended;
			options.onError(new AuditError("close_incomplete", `${name}: not done by the deadline`));
		} catch (error) {
			options.onError(new AuditError("close_incomplete", `${name}: ${messageOf(error)}`, error));
		}
		clean = false;
		return undefined;
	};

	const closeSink = (lane: Lane): Promise<void> =>
		step(`closing sink ${lane.sink.name}`, async (signal) => {
			await lane.finish();
			await lane.sink.close?.(signal);
		});

	await step("opening the trail", () => options.ready);
	const trail = options.trail();
	const undelivered: Record<string, number> = {};
	let head: CloseReport["head"];
	if (trail === undefined) {
		clean = false;
		for (const lane of lanes) lane.stop();
		await Promise.all(lanes.map(closeSink));
		// A trail that opens after the deadline must not stay open.
		void options.ready.then(() => options.trail()?.close()).catch(() => undefined);
	} else {
		await step("recording trail.stopped", () => options.noteStopped());
		await step("flushing the trail", (signal) => trail.flush(signal));
		await Promise.all(
			lanes.map(async (lane) => {
				await step(`draining sink ${lane.sink.name}`, () => lane.drain());
				lane.stop();
			}),
		);
		await Promise.all(lanes.map(closeSink));
		await step("closing the trail", (signal) => trail.close(signal));
		// Only now: what is lost until the end is told by a last record.
		const { streamId, head: last } = trail.health();
		if (last !== undefined) head = { streamId, ...last };
		for (const lane of lanes) undelivered[lane.sink.name] = lane.health().lagEvents;
	}
	cancel();
	outside?.removeEventListener("abort", onOutside);
	const { recorded, lost } = options.counts();
	return { recorded, lost, undelivered, clean, ...(head === undefined ? {} : { head }) };
}

/** The caller's signal may be the only thing that is awaited; without a timer the process would leave first. */
function keepAlive(system: System): () => void {
	let cancel: (() => void) | undefined;
	const arm = (): void => {
		cancel = system.timers.after(1000, arm, { ref: true });
	};
	arm();
	return () => cancel?.();
}
