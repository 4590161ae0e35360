import type { System } from "../system.ts";
import { encodeCursor } from "./cursor.ts";
import { cursorName } from "./layout.ts";
import { openCursor, type OwnedStream } from "./owned-stream.ts";
import type { SlotFile } from "./slot-file.ts";

/** The cursors of the owned streams, on disk. */
export interface CursorStore {
	/** True where a stream has a cursor of the reader. */
	has(reader: string): boolean;
	/** Every reader with a cursor in any stream, or named here. */
	readers(): ReadonlySet<string>;
	get(reader: string, streamId: string): number | undefined;
	save(reader: string, streamId: string, sequence: number): Promise<void>;
	/** Says that a reader is named by the configuration. */
	open(reader: string): void;
	/** Readers that nobody opened since `retentionMs`, and how many records each had still to read. */
	expired(
		retentionMs: number,
	): readonly { readonly reader: string; readonly undelivered: number }[];
	/** Removes a reader's cursors. */
	release(reader: string): Promise<void>;
	close(): Promise<void>;
}

/** Keeps one file open for each reader: that of the stream it walks. */
export function cursorStore(
	{ files, clock }: System,
	streams: () => readonly OwnedStream[],
	lastOf: (stream: OwnedStream) => number,
	sync: boolean,
): CursorStore {
	const opened = new Set<string>();
	const handles = new Map<string, { readonly streamId: string; readonly slots: SlotFile }>();
	let turn: Promise<unknown> = Promise.resolve();

	const streamOf = (streamId: string): OwnedStream | undefined =>
		streams().find((stream) => stream.streamId === streamId);

	async function drop(reader: string): Promise<void> {
		const handle = handles.get(reader);
		handles.delete(reader);
		await handle?.slots.close();
	}

	async function write(reader: string, stream: OwnedStream, sequence: number): Promise<void> {
		const known = stream.cursors.get(reader);
		const cursor = { sequence, seenMs: clock.nowMs() };
		const value = encodeCursor(cursor);
		let handle = handles.get(reader);
		if (handle?.streamId !== stream.streamId) {
			await drop(reader);
			handle = {
				streamId: stream.streamId,
				slots: await openCursor(files, stream.path, reader, value),
			};
			handles.set(reader, handle);
		}
		try {
			await handle.slots.write(value, sync);
		} catch (error) {
			// Like a segment's, a cursor's descriptor is not trusted after a failure.
			await drop(reader);
			throw error;
		}
		if (known === undefined || known.sequence <= sequence) stream.cursors.set(reader, cursor);
	}

	return {
		has: (reader) => streams().some(({ cursors }) => cursors.has(reader)),
		readers() {
			const names = new Set(opened);
			for (const stream of streams()) for (const name of stream.cursors.keys()) names.add(name);
			return names;
		},
		get: (reader, streamId) => streamOf(streamId)?.cursors.get(reader)?.sequence,
		save(reader, streamId, sequence) {
			const stream = streamOf(streamId);
			if (stream === undefined) return Promise.resolve();
			const done = turn.then(() => write(reader, stream, sequence));
			turn = done.catch(() => {});
			return done;
		},
		open: (reader) => void opened.add(reader),
		expired(retentionMs) {
			const found: { reader: string; undelivered: number }[] = [];
			for (const reader of this.readers()) {
				if (opened.has(reader)) continue;
				let seenMs = 0;
				let undelivered = 0;
				for (const stream of streams()) {
					const cursor = stream.cursors.get(reader);
					seenMs = Math.max(seenMs, cursor?.seenMs ?? 0);
					const from = Math.max(cursor?.sequence ?? 0, (stream.segments[0]?.first ?? 1) - 1);
					undelivered += Math.max(0, lastOf(stream) - from);
				}
				if (clock.nowMs() - seenMs > retentionMs) found.push({ reader, undelivered });
			}
			return found;
		},
		async release(reader) {
			for (const stream of streams()) {
				if (!stream.cursors.delete(reader)) continue;
				await files.remove(`${stream.path}/${cursorName(reader)}`);
				await files.syncFolder(stream.path);
			}
		},
		async close() {
			await turn;
			for (const reader of handles.keys()) await drop(reader);
		},
	};
}
