import type { AuditEvent } from "@mcp-trail/event";
import type { Head, SealedEvent } from "@mcp-trail/integrity";
import type { Loss, LossCause, Position, TrailContext, TrailError } from "../trail.ts";
import {
	appendQueue,
	refusePending,
	type AppendOptions,
	type Caller,
	type Pending,
} from "./append-queue.ts";
import { batchFiller } from "./batch-filler.ts";
import { chainWriter } from "./chain-writer.ts";
import { eventSize } from "./event-size.ts";
import { exitLines } from "./exit-lines.ts";
import { gathering, isUrgent } from "./gathering.ts";
import type { LossLedger } from "./loss-ledger.ts";
import { lossReports } from "./loss-reports.ts";
import { settledWaits } from "./settled-waits.ts";
import type { QueueLimits, Store } from "./store.ts";
import { asTrailError, closedError, fullError, queueError, reasonOf } from "./trail-error.ts";
import type { AppendUnwaited } from "./unwaited.ts";
import { tellStored, type WriteBatch } from "./write-batch.ts";

/** Seals and stores what is appended, in order, many events at a time. */
export interface Appender {
	readonly head: Head | undefined;
	readonly pendingEvents: number;
	readonly pendingBytes: number;
	append(event: AuditEvent, options?: AppendOptions): Promise<Position>;
	readonly appendUnwaited: AppendUnwaited;
	lost(loss: Loss): void;
	/** There may be room again. */
	roomChanged(): void;
	/** Resolves when what was appended so far is stored or refused. */
	settled(): Promise<void>;
	/** Refuses what comes, stores what waits. */
	close(): Promise<void>;
	/** Seals what waits, and these, for a process that ends at once; nothing may be appended after it. */
	exit(events: readonly AuditEvent[]): {
		readonly lines: readonly SealedEvent[];
		/** The last record there is once they are stored. */
		readonly head: Head | undefined;
	};
}

/** A queue shorter than this is not worth measuring: its events are rated at their mean. */
const UNMEASURED_EVENTS = 128;
const ASSUMED_BYTES = 2048;

const NO_OPTIONS: AppendOptions = {};
let next: Caller;
// One executor for all appends: no closure is made per event.
const capture = (resolve: Caller["resolve"], reject: Caller["reject"]): void => {
	next = { resolve, reject };
};

/** Makes the flush loop of a stream. */
export function appender(
	streamId: string,
	context: TrailContext,
	{ maxQueueEvents, maxQueueBytes, maxBatchBytes, gathers }: QueueLimits,
	ledger: LossLedger,
	store: Store,
): Appender {
	const { system } = context;
	const queue = appendQueue();
	const chain = chainWriter(streamId, store);
	let flight = 0;
	let flightBytes = 0;
	let running = false;
	let closing = false;
	let closed = false;
	const waits = settledWaits();
	let enqueued = 0;
	const gather = gathering(system.timers, { maxQueueEvents, maxQueueBytes }, () => {
		gather.urge(enqueued);
		start();
	});
	const reports = lossReports(
		system,
		() => ledger.pending > 0 && store.refusal() === undefined,
		() => start(),
	);
	const filler = batchFiller({
		context,
		queue,
		chain,
		ledger,
		reports,
		store,
		maxBatchBytes,
		refuse,
	});

	function lose({ acting, retried }: AppendOptions, cause: LossCause): void {
		if (retried === true) return;
		const nowMs = system.clock.nowMs();
		ledger.count({
			events: 1,
			actingEvents: acting === true ? 1 : 0,
			cause,
			sinceMs: nowMs,
			untilMs: nowMs,
		});
	}

	function refuse(pending: Pending, error: TrailError): void {
		lose(pending, error.lossCause);
		refusePending(pending, error);
	}

	/** Why an event cannot be taken now. */
	function refusalOf(reserve: boolean, bytes: number): TrailError | undefined {
		if (closing) return closedError();
		const refusal = store.refusal();
		if (refusal !== undefined) return refusal;
		if (filler.full && !reserve) return fullError();
		return queue.length() >= maxQueueEvents || queue.bytes() + bytes > maxQueueBytes
			? queueError(maxQueueEvents, maxQueueBytes)
			: undefined;
	}

	function enqueue(pending: Pending, urgent: boolean): void {
		queue.push(pending);
		enqueued++;
		if (urgent) gather.urge(enqueued);
		start();
	}

	/** True if anything is to be written now. */
	function due(): boolean {
		if (closed) return false;
		if (closing && queue.length() > 0) return true;
		return gather.due(enqueued - queue.length(), queue.length(), queue.bytes()) || reports.due();
	}

	function append(event: AuditEvent, options: AppendOptions = NO_OPTIONS): Promise<Position> {
		const { reserve = false, acting = false, retried = false } = options;
		const bytes = queue.length() < UNMEASURED_EVENTS ? ASSUMED_BYTES : eventSize(event);
		const refusal = refusalOf(reserve, bytes);
		if (refusal !== undefined) {
			lose(options, refusal.lossCause);
			start();
			return Promise.reject(refusal);
		}
		const promise = new Promise<Position>(capture);
		enqueue({ event, reserve, acting, retried, bytes, caller: next }, true);
		return promise;
	}

	const appendUnwaited: AppendUnwaited = (event, receipt, acting, bytes, urgent) => {
		const pending = { event, reserve: acting, acting, retried: false, bytes, caller: receipt };
		const refusal = refusalOf(acting, bytes);
		if (refusal === undefined) return enqueue(pending, urgent || !gathers || isUrgent(event));
		lose(pending, refusal.lossCause);
		start();
		receipt.refused(bytes, acting, refusal);
	};

	function start(): void {
		if (running || closed) return;
		if (!due()) return rest();
		gather.cancel();
		running = true;
		run().then(stopped, (error: unknown) => {
			context.onError(error instanceof Error ? error : new Error(reasonOf(error)));
			stopped();
		});
	}

	function stopped(): void {
		running = false;
		if (due()) return start();
		rest();
		tellSettled();
	}

	function rest(): void {
		if (queue.length() > 0) gather.arm();
		if (ledger.pending > 0) reports.schedule();
	}

	function tellSettled(): void {
		waits.tell(running || queue.length() > 0 ? enqueued - queue.length() : Infinity);
	}

	async function run(): Promise<void> {
		// Everything appended in this turn of the event loop shares one write.
		await Promise.resolve();
		while (due()) {
			const asked = Math.max(filler.takeWanted(), Math.min(queue.bytes(), maxBatchBytes));
			const preparing = store.prepare(asked, recordOwn);
			if (preparing !== undefined) await preparing;
			const batch = filler.fill(asked);
			if (batch.lines.length > 0) await commit(batch);
			tellSettled();
		}
	}

	async function commit(batch: WriteBatch): Promise<void> {
		flight = batch.callers.length;
		flightBytes = batch.bytes;
		try {
			await chain.write(batch.lines, batch.bytes);
		} catch (error) {
			failed(batch, error);
			return;
		} finally {
			flight = 0;
			flightBytes = 0;
		}
		for (const loss of batch.losses) ledger.settle(loss);
		tellStored(batch, streamId);
	}

	function failed(batch: WriteBatch, error: unknown): void {
		for (const loss of batch.losses) ledger.restore(loss);
		const refusal = asTrailError(error);
		for (const pending of batch.callers) refuse(pending, refusal);
		reports.failed();
	}

	async function recordOwn(events: readonly AuditEvent[]): Promise<void> {
		const lines = events.map((event) => chain.seal(event));
		const bytes = lines.reduce((sum, line) => sum + line.bytes.length + 1, 0);
		await chain.write(lines, bytes).catch((error: unknown) => {
			throw asTrailError(error);
		});
	}

	function exit(events: readonly AuditEvent[]): ReturnType<Appender["exit"]> {
		// It has ended already: nothing may follow its last record.
		if (closed) return { lines: [], head: chain.head };
		closing = closed = true;
		gather.cancel();
		const lines = exitLines({ queue, chain, filler, ledger }, events);
		return { lines, head: chain.head };
	}

	function settled(target: number): Promise<void> {
		gather.urge(enqueued);
		start();
		return running ? waits.wait(target) : Promise.resolve();
	}

	return {
		get head() {
			return chain.head;
		},
		get pendingEvents() {
			return queue.length() + flight;
		},
		get pendingBytes() {
			return queue.bytes() + flightBytes;
		},
		append,
		appendUnwaited,
		lost(loss) {
			ledger.count(loss);
			start();
		},
		roomChanged() {
			if (!filler.full) return;
			filler.full = false;
			reports.roomChanged();
			start();
		},
		settled: () => settled(enqueued),
		exit,
		async close() {
			closing = true;
			reports.close();
			await settled(Infinity);
			gather.cancel();
			closed = true;
		},
	};
}
