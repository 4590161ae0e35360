import type { SealedEvent } from "@mcp-trail/integrity";
import { uuid7, UUID7_RANDOM_BYTES } from "@mcp-trail/event";
import type { OpenTrail, Trail, TrailReader } from "../trail.ts";
import { appender } from "./appender.ts";
import type { Store } from "./store.ts";
import { lossLedger } from "./loss-ledger.ts";
import { notifier } from "./notifier.ts";
import { checkNames, integerOption } from "./options.ts";
import { trailReader, type ReaderHost, type Source } from "./reader.ts";
import { readerName } from "./reader-name.ts";
import { untilAborted } from "./until-aborted.ts";
import { withUnwaited } from "./unwaited.ts";

/** How much a memory trail keeps. */
export interface MemoryTrailOptions {
	/** Events kept. @default 10_000 */
	readonly maxEvents?: number;
	/** Sum of the stored lines kept, in bytes. @default 33_554_432 (32 MiB) */
	readonly maxBytes?: number;
}

/**
 * Keeps the trail in memory: it ends with the process.
 * At its limit the oldest events that every reader has committed go first; while a reader holds them, new events
 * are refused and counted, 5 % of either limit being kept for the trail's own events and acting calls. Without a
 * reader it keeps the newest.
 *
 * @example
 * ```ts
 * const audit = openAudit({ trail: memoryTrail({ maxEvents: 5_000 }), service: "tickets" });
 * ```
 */
export function memoryTrail(options: MemoryTrailOptions = {}): OpenTrail {
	checkNames("memoryTrail", options, { maxEvents: true, maxBytes: true });
	const maxEvents = integerOption("maxEvents", options.maxEvents, 10_000, 20);
	const maxBytes = integerOption("maxBytes", options.maxBytes, 32 * 1024 * 1024, 1 << 17);

	return async (context): Promise<Trail> => {
		const { system } = context;
		const streamId = uuid7(system.clock.nowMs(), system.random(UUID7_RANDOM_BYTES));
		const changes = notifier();
		const readers = new Map<string, TrailReader>();
		const cursors = new Map<string, number>();
		const ledger = lossLedger(() => {});
		let lines: (SealedEvent | undefined)[] = [];
		let firstIndex = 0;
		let first = 1;
		let last = 0;
		let storedBytes = 0;
		let closed = false;

		const lineAt = (sequence: number): SealedEvent | undefined =>
			lines[firstIndex + sequence - first];

		function evictOldest(): boolean {
			const oldest = lines[firstIndex];
			if (oldest === undefined) return false;
			for (const committed of cursors.values()) if (committed < first) return false;
			lines[firstIndex] = undefined;
			firstIndex++;
			first++;
			storedBytes -= oldest.bytes.length + 1;
			if (firstIndex > 1024 && firstIndex * 2 > lines.length) {
				lines = lines.slice(firstIndex);
				firstIndex = 0;
			}
			return true;
		}

		const store: Store = {
			fits(reserve, events, bytes) {
				const share = reserve ? 1 : 0.95;
				for (;;) {
					const kept = last - first + 1;
					if (kept + events <= maxEvents * share && storedBytes + bytes <= maxBytes * share)
						return true;
					if (!evictOldest()) return false;
				}
			},
			refusal: () => undefined,
			prepare: () => undefined,
			async write(batch, bytes) {
				for (const line of batch) lines.push(line);
				last += batch.length;
				storedBytes += bytes;
				changes.notify();
			},
		};
		const appends = appender(
			streamId,
			context,
			{
				maxQueueEvents: maxEvents,
				maxQueueBytes: maxBytes,
				maxBatchBytes: 1 << 20,
				gathers: false,
			},
			ledger,
			store,
		);
		const source: Source = {
			streamId,
			first: () => first,
			last: () => last,
			live: () => !closed,
			scan(after) {
				let next = after + 1;
				return {
					async next(maxBatch, maxBatchBytes) {
						const batch: SealedEvent[] = [];
						let bytes = 0;
						next = Math.max(next, first);
						while (next <= last && batch.length < maxBatch) {
							const line = lineAt(next);
							if (line === undefined) break;
							bytes += line.bytes.length;
							if (batch.length > 0 && bytes > maxBatchBytes) break;
							batch.push(line);
							next++;
						}
						return batch;
					},
					async close() {},
				};
			},
		};
		const host: ReaderHost = {
			system,
			sources: () => [source],
			changes,
			closed: () => closed,
			cursor: (name) => cursors.get(name),
			async save(name, _streamId, sequence) {
				cursors.set(name, sequence);
			},
			committed: () => appends.roomChanged(),
			async released(name) {
				readers.delete(name);
			},
		};

		async function end(): Promise<void> {
			await appends.close();
			closed = true;
			changes.notify();
		}

		const opened: Trail = {
			append: (event, appendOptions) => appends.append(event, appendOptions),
			lost: (loss) => appends.lost(loss),
			async reader(name, from = "oldest") {
				readerName(name);
				if (readers.has(name))
					throw new TypeError(`Reader ${name} is open already. Close it first.`);
				if (!cursors.has(name)) cursors.set(name, from === "newest" ? last : first - 1);
				const reader = trailReader(name, host);
				readers.set(name, reader);
				return reader;
			},
			health: () => ({
				streamId,
				durability: "memory",
				...(appends.head && { head: appends.head }),
				pendingEvents: appends.pendingEvents,
				pendingBytes: appends.pendingBytes,
				storedBytes,
				maxBytes,
				lostEvents: ledger.total,
			}),
			flush: (signal) => untilAborted(appends.settled(), signal),
			async close(signal) {
				const closing = end();
				await (signal === undefined ? closing : untilAborted(closing, signal));
			},
		};
		return withUnwaited(opened, appends.appendUnwaited);
	};
}
