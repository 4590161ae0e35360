import { nodeSystem } from "../system/node-system.ts";
import type { System } from "../system.ts";
import { errorCode } from "../system/error-code.ts";
import type { TrailReader } from "../trail.ts";
import { CURSOR_BYTES, decodeCursor, encodeCursor } from "./cursor.ts";
import { reporter } from "./file-trail-state.ts";
import { isStreamId } from "./layout.ts";
import { notifier } from "./notifier.ts";
import { ownerLives, readOwner } from "./owner.ts";
import { listSegments } from "./owned-stream.ts";
import { trailReader, type Scan, type Source } from "./reader.ts";
import { readerName } from "./reader-name.ts";
import { scanSegments, type Segment } from "./scan-segments.ts";
import { lineWalk, statedSequence } from "./segment-lines.ts";
import { createSlotFile, openSlotFile } from "./slot-file.ts";

/** How another process's trail is read. */
export interface FollowOptions {
	/** @default "follower" */
	readonly name?: string;
	/** Where to start without a cursor. @default "oldest" */
	readonly from?: "oldest" | "newest";
	/** A folder of the caller's own that keeps its cursors; absent = the place ends with the reader. */
	readonly cursorDir?: string;
	/** How often the folder is looked at, in milliseconds. @default 200 */
	readonly pollMs?: number;
	/** True: end after what is there now. @default false */
	readonly once?: boolean;
	readonly onError?: (error: Error) => void;
	readonly system?: System;
}

interface Followed extends Source {
	readonly segments: Segment[];
	alive: boolean;
	lastSequence: number;
	scanned: { path: string; offset: number };
}

/**
 * Reads the trail of another process without touching its folder: whole lines, dead streams first.
 * A line read here may be newer than what its writer calls durable.
 */
export async function followTrail(dir: string, options: FollowOptions = {}): Promise<TrailReader> {
	const system = options.system ?? nodeSystem();
	const { files, timers } = system;
	const name = readerName(options.name ?? "follower");
	const pollMs = options.pollMs ?? 200;
	const changes = notifier();
	const { report, damaged } = reporter((error) => options.onError?.(error));
	const followed = new Map<string, Followed>();
	const cursors = new Map<string, number>();
	let closed = false;
	let cancel: (() => void) | undefined;
	let polling: Promise<void> = Promise.resolve();

	async function look(): Promise<void> {
		const names = new Set((await files.list(dir)).filter(isStreamId));
		// What retention has removed is not waited for.
		for (const streamId of followed.keys()) {
			if (!names.has(streamId)) followed.delete(streamId);
		}
		for (const streamId of names) {
			try {
				await lookAt(streamId);
			} catch (error) {
				if (errorCode(error) !== "ENOENT") {
					report(error instanceof Error ? error : new Error(String(error)));
				}
			}
		}
	}

	async function lookAt(streamId: string): Promise<void> {
		const path = `${dir}/${streamId}`;
		const known = followed.get(streamId);
		if (known?.alive === false) return;
		const { owner } = await readOwner(files, path);
		const alive = await ownerLives(system, dir, owner);
		const segments = await listSegments(files, path);
		const source = known ?? newSource(streamId);
		// In place: a scan under way holds the objects.
		const listed = segments.map((segment) => {
			const held = source.segments.find(({ first }) => first === segment.first);
			return held === undefined ? segment : Object.assign(held, segment);
		});
		source.segments.splice(0, source.segments.length, ...listed);
		source.lastSequence = await lastSequence(listed, source);
		source.alive = alive && options.once !== true;
		if (known === undefined) followed.set(streamId, source);
	}

	function newSource(streamId: string): Followed {
		const segments: Segment[] = [];
		const stream = { files, streamId, segments, damaged };
		const source: Followed = {
			streamId,
			segments,
			alive: true,
			lastSequence: 0,
			scanned: { path: "", offset: 0 },
			first: () => segments[0]?.first ?? 1,
			last: () => source.lastSequence,
			live: () => source.alive,
			scan: (after): Scan => scanSegments(stream, after),
		};
		return source;
	}

	/** Reads on from where the last look ended. */
	async function lastSequence(segments: readonly Segment[], source: Followed): Promise<number> {
		const last = segments.findLast(({ bytes }) => bytes > 0);
		if (last === undefined) return source.lastSequence;
		const from = source.scanned.path === last.path ? source.scanned.offset : 0;
		let sequence = Math.max(source.lastSequence, last.first - 1);
		if (from === last.bytes) return sequence;
		const handle = await files.open(last.path, "read");
		try {
			const walk = lineWalk(handle, from);
			for (;;) {
				const line = await walk.next(last.bytes);
				if (line === undefined) break;
				sequence = statedSequence(line.bytes) ?? sequence;
				source.scanned = { path: last.path, offset: line.end };
			}
		} finally {
			await handle.close();
		}
		// Only whole lines may be read.
		last.bytes = source.scanned.path === last.path ? source.scanned.offset : 0;
		last.last = sequence;
		return sequence;
	}

	async function loadCursor(streamId: string): Promise<void> {
		if (cursors.has(streamId)) return;
		cursors.set(streamId, await storedCursor(files, options.cursorDir, name, streamId));
	}

	async function poll(): Promise<void> {
		try {
			await look();
			for (const streamId of followed.keys()) await loadCursor(streamId);
		} finally {
			changes.notify();
			if (!closed && options.once !== true) cancel = timers.after(pollMs, again, { ref: true });
		}
	}

	function again(): void {
		polling = poll().catch((error: unknown) =>
			report(error instanceof Error ? error : new Error(String(error))),
		);
	}

	try {
		await poll();
	} catch (error) {
		cancel?.();
		throw error;
	}
	if (options.from === "newest") {
		for (const { streamId, lastSequence: last } of followed.values()) {
			if (cursors.get(streamId) === 0) cursors.set(streamId, last);
		}
	}
	return trailReader(name, {
		system,
		sources: () =>
			[...followed.values()].toSorted((one, other) => Number(one.alive) - Number(other.alive)),
		changes,
		closed: () => closed || options.once === true,
		cursor: (_name, streamId) => cursors.get(streamId),
		async save(_name, streamId, sequence) {
			cursors.set(streamId, sequence);
			await storeCursor(system, options.cursorDir, name, streamId, sequence);
		},
		committed() {},
		async released() {
			closed = true;
			cancel?.();
			await polling;
		},
	});
}

async function storedCursor(
	files: System["files"],
	cursorDir: string | undefined,
	name: string,
	streamId: string,
): Promise<number> {
	const path = `${cursorDir}/${name}.${streamId}.cursor`;
	if (cursorDir === undefined || (await files.status(path)) === undefined) return 0;
	const slots = await openSlotFile(files, path, CURSOR_BYTES, "read");
	await slots.close();
	return decodeCursor(slots.value).sequence;
}

async function storeCursor(
	{ files, clock }: System,
	cursorDir: string | undefined,
	name: string,
	streamId: string,
	sequence: number,
): Promise<void> {
	if (cursorDir === undefined) return;
	const path = `${cursorDir}/${name}.${streamId}.cursor`;
	const value = encodeCursor({ sequence, seenMs: clock.nowMs() });
	if ((await files.status(path)) === undefined) {
		await files.makeFolder(cursorDir);
		await (await createSlotFile(files, path, value)).close();
		await files.syncFolder(cursorDir);
		return;
	}
	const slots = await openSlotFile(files, path, CURSOR_BYTES);
	try {
		await slots.write(value, true);
	} finally {
		await slots.close();
	}
}
