import type { SealedEvent } from "@mcp-trail/integrity";
import type { System } from "../system.ts";
import type { Batch, Limit, Position, TrailReader } from "../trail.ts";
import { notifier, type Notifier } from "./notifier.ts";
import { closedError } from "./trail-error.ts";

/** One stream as readers see it. */
export interface Source {
	readonly streamId: string;
	/** The oldest record kept and the last one that may be read; `last < first` while there is none. */
	first(): number;
	last(): number;
	/** True while more may come. */
	live(): boolean;
	/** Walks the records after a sequence. */
	scan(after: number): Scan;
}

/** A walk over one stream. */
export interface Scan {
	/** The next records, at least one; none at the end. */
	next(maxEvents: number, maxBytes: number): Promise<readonly SealedEvent[]>;
	close(): Promise<void>;
}

/** What a reader needs of its trail. */
export interface ReaderHost {
	readonly system: System;
	/** In the order in which they are walked. */
	sources(): readonly Source[];
	/** Told whenever a source has more, a source was added, or the trail was closed. */
	readonly changes: Notifier;
	closed(): boolean;
	/** The cursor as it was stored; undefined where there is none. */
	cursor(name: string, streamId: string): number | undefined;
	save(name: string, streamId: string, sequence: number): Promise<void>;
	/** A cursor moved. */
	committed(): void;
	released(name: string): Promise<void>;
}

interface Place {
	committed: number;
	/** Read up to here. */
	read: number;
	/** The last record handed over; what follows it up to `read` is damaged and will never be. */
	given: number;
	scan?: Scan;
}

/** Makes a reader over a trail's streams: dead ones first, then the live one. */
export function trailReader(name: string, host: ReaderHost): TrailReader {
	const places = new Map<string, Place>();
	const moved = notifier();
	let closed = false;

	function placeOf(source: Source): Place {
		const known = places.get(source.streamId);
		if (known !== undefined) return known;
		const committed = Math.min(host.cursor(name, source.streamId) ?? 0, source.last());
		const place: Place = { committed, read: committed, given: committed };
		places.set(source.streamId, place);
		return place;
	}

	function unread(): Source | undefined {
		for (const source of host.sources()) {
			const place = placeOf(source);
			if (Math.max(place.read, source.first() - 1) < source.last()) return source;
		}
		return undefined;
	}

	async function linger(source: Source, limit: Limit, signal: AbortSignal): Promise<void> {
		const untilUs = host.system.clock.monotonicUs() + limit.lingerMs * 1000;
		const place = placeOf(source);
		while (source.live() && !host.closed() && source.last() - place.read < limit.events) {
			const leftMs = (untilUs - host.system.clock.monotonicUs()) / 1000;
			if (leftMs <= 0) return;
			await host.changes.wait(signal, (wake) =>
				host.system.timers.after(leftMs, wake, { ref: true }),
			);
		}
	}

	async function take(source: Source, limit: Limit): Promise<readonly SealedEvent[]> {
		const place = placeOf(source);
		place.scan ??= source.scan(Math.max(place.read, source.first() - 1));
		const end = source.last();
		let events: readonly SealedEvent[];
		try {
			events = await place.scan.next(Math.max(1, limit.events), limit.bytes);
		} catch (error) {
			// It may have passed records that it could not hand over: the next one starts where this reader is.
			const failed = place.scan;
			delete place.scan;
			await failed.close().catch(() => {});
			throw error;
		}
		const last = events.at(-1)?.sequence;
		// A scan with nothing left short of the end met lines that do not verify, which it has reported.
		place.read = last ?? end;
		place.given = last ?? place.given;
		if (!source.live() && place.read >= source.last()) {
			await place.scan.close();
			delete place.scan;
		}
		return events;
	}

	/** Stores how far the reader is done: damaged records at the end hold nothing back once those before them are. */
	async function advance(source: string, place: Place, to: number): Promise<void> {
		const done = to >= place.given ? place.read : to;
		if (done <= place.committed) return;
		await host.save(name, source, done);
		place.committed = Math.max(place.committed, done);
		host.committed();
		moved.notify();
	}

	return {
		name,
		async read(limit, signal) {
			for (;;) {
				signal.throwIfAborted();
				if (closed) return undefined;
				const source = unread();
				if (source === undefined) {
					if (host.closed()) return undefined;
					await host.changes.wait(signal);
					continue;
				}
				if (limit.lingerMs > 0) await linger(source, limit, signal);
				const events = await take(source, limit);
				const last = events.at(-1);
				const { streamId } = source;
				if (last === undefined) {
					const place = placeOf(source);
					if (place.committed >= place.given) await advance(streamId, place, place.given);
					continue;
				}
				return { streamId, events, end: { streamId, sequence: last.sequence } } satisfies Batch;
			}
		},
		async commit(end: Position) {
			const place = places.get(end.streamId);
			if (place === undefined || end.sequence > place.read) {
				throw new RangeError(
					`Reader ${name} cannot commit ${end.streamId}/${end.sequence}: it has not read that far.`,
				);
			}
			await advance(end.streamId, place, end.sequence);
		},
		async passed(position, signal) {
			for (;;) {
				signal.throwIfAborted();
				const source = host.sources().find(({ streamId }) => streamId === position.streamId);
				// A stream that is gone was removed after every reader had passed it.
				if (source === undefined || placeOf(source).committed >= position.sequence) return;
				if (closed) throw closedError();
				await moved.wait(signal);
			}
		},
		lag() {
			let events = 0;
			for (const source of host.sources()) {
				const from = Math.max(placeOf(source).committed, source.first() - 1);
				events += Math.max(0, source.last() - from);
			}
			return events;
		},
		async close() {
			if (closed) return;
			closed = true;
			host.changes.notify();
			moved.notify();
			for (const place of places.values()) await place.scan?.close();
			await host.released(name);
		},
	};
}
