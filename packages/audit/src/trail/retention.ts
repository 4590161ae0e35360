import type { PruneDetail } from "@mcp-trail/event";
import { hashOf, readLink } from "@mcp-trail/integrity";
import type { Files } from "../system.ts";
import { errorCode } from "../system/error-code.ts";
import { lineWalk } from "./segment-lines.ts";
import { removeStream, type OwnedStream } from "./owned-stream.ts";
import type { Segment } from "./scan-segments.ts";

/** A segment that may go. */
export interface Victim {
	readonly stream: OwnedStream;
	readonly segment: Segment;
}

/** Which segments may go, oldest first: closed ones that every reader has committed. */
export function prunable(
	streams: readonly OwnedStream[],
	liveStreamId: string,
	readers: ReadonlySet<string>,
): readonly Victim[] {
	const victims: Victim[] = [];
	for (const stream of streams) {
		const live = stream.streamId === liveStreamId;
		const closed = live ? stream.segments.slice(0, -1) : stream.segments;
		const committed = committedByAll(stream, readers);
		for (const segment of closed) {
			// In order and without gaps: the record of a removal must outlive what it explains.
			if (segment.last > committed) return victims;
			victims.push({ stream, segment });
		}
	}
	return victims;
}

/** What may be removed, and what `trail.pruned` says of it. */
export interface Pruning {
	readonly victims: readonly Victim[];
	readonly details: readonly PruneDetail[];
}

/**
 * Chooses the first victims that free so many bytes, and says of them what `trail.pruned` records: one for each segment, so that a removal cut off half-way is explained,
 * too. Where damage hides how a segment ends, it goes with those after it, up to one that tells; without one it stays.
 * Of what is known to be damaged the reason is `damaged`, which `verify` names for good. Segments without records need
 * no word.
 */
export async function pruning(
	files: Files,
	victims: readonly Victim[],
	bytes: number,
	reason: string,
): Promise<Pruning> {
	const details: PruneDetail[] = [];
	const going: Victim[] = [];
	let freed = 0;
	let group: Victim[] = [];
	for (const victim of victims) {
		const { stream, segment } = victim;
		// The record of a removal must outlive what it explains: nothing goes past what stays.
		if (freed >= bytes || (group[0] !== undefined && group[0].stream !== stream)) break;
		group.push(victim);
		const segments = group.map((one) => one.segment);
		const first = segments.find((one) => one.last >= one.first)?.first;
		if (first !== undefined) {
			const end = segment.last < segment.first ? undefined : await endOf(files, stream, segment);
			if (end === undefined) continue;
			const isDamaged =
				!end.isReadable ||
				group.length > 1 ||
				segments.some(({ damaged }) => damaged) ||
				// What this process wrote it knows; of what others left it may not have read a line.
				(stream.end !== undefined && !(await isWhole(files, stream, segment)));
			details.push({
				stream_id: stream.streamId,
				first_sequence: first,
				last_sequence: segment.last,
				last_hash: end.hash,
				reason: isDamaged ? "damaged" : reason,
			});
		}
		going.push(...group);
		group = [];
		freed += segments.reduce((sum, one) => sum + one.bytes, 0);
	}
	return { victims: going, details };
}

/** Removes victims; a dead stream that keeps nothing goes whole. */
export async function removeVictims(
	files: Files,
	dir: string,
	victims: readonly Victim[],
	liveStreamId: string,
): Promise<readonly OwnedStream[]> {
	const gone: OwnedStream[] = [];
	const touched = new Set<OwnedStream>();
	for (const { segment } of victims) segment.isGoing = true;
	for (const { stream, segment } of victims) {
		await files.remove(segment.path).catch((error: unknown) => {
			// Somebody was faster, as `trail.pruned` says by its reason.
			if (errorCode(error) !== "ENOENT") throw error;
		});
		stream.segments.splice(stream.segments.indexOf(segment), 1);
		touched.add(stream);
	}
	for (const stream of touched) {
		if (stream.segments.length > 0 || stream.streamId === liveStreamId) {
			await files.syncFolder(stream.path);
			continue;
		}
		await removeStream(files, stream.path);
		await files.syncFolder(dir);
		gone.push(stream);
	}
	return gone;
}

function committedByAll(stream: OwnedStream, readers: ReadonlySet<string>): number {
	let committed = Infinity;
	for (const reader of readers) {
		committed = Math.min(committed, stream.cursors.get(reader)?.sequence ?? 0);
	}
	return committed;
}

/** The hash with which a segment ends; undefined where nothing there tells it. */
async function endOf(
	files: Files,
	stream: OwnedStream,
	segment: Segment,
): Promise<{ readonly hash: string; readonly isReadable: boolean } | undefined> {
	const own = await linkAt(files, segment, Math.max(0, segment.bytes - (128 << 10)));
	if (own?.sequence === segment.last) return { hash: own.hash, isReadable: true };
	if (stream.end?.sequence === segment.last) return { hash: stream.end.hash, isReadable: false };
	// Its last line cannot be read: the next segment's first record states the hash.
	const next = stream.segments[stream.segments.indexOf(segment) + 1];
	const after = next && (await linkAt(files, next, 0, 1));
	if (after?.sequence === segment.last + 1 && after.previousHash !== undefined)
		return { hash: after.previousHash, isReadable: false };
	return undefined;
}

/** True where every record of a segment is there, unchanged and linked to the one before. */
async function isWhole(
	files: Files,
	{ streamId }: OwnedStream,
	{ path, first, last, bytes }: Segment,
): Promise<boolean> {
	const handle = await files.open(path, "read");
	try {
		const walk = lineWalk(handle);
		let next = first;
		let before: string | undefined;
		for (let line = await walk.next(bytes); line; line = walk.held() ?? (await walk.next(bytes))) {
			const link = readLink(line.bytes);
			const isNext = link?.streamId === streamId && link.sequence === next++;
			if (!isNext || hashOf(line.bytes) !== link.hash) return false;
			if (before !== undefined && link.previousHash !== before) return false;
			before = link.hash;
		}
		return next === last + 1;
	} finally {
		await handle.close();
	}
}

async function linkAt(
	files: Files,
	segment: Segment,
	from: number,
	lines = Infinity,
): Promise<ReturnType<typeof readLink>> {
	const handle = await files.open(segment.path, "read").catch((error: unknown) => {
		if (errorCode(error) !== "ENOENT") throw error;
		return undefined;
	});
	if (handle === undefined) return undefined;
	try {
		const walk = lineWalk(handle, from);
		let link: ReturnType<typeof readLink>;
		for (let count = 0; count < lines; count++) {
			const line = await walk.next(segment.bytes);
			if (line === undefined) break;
			// From the middle of a file the first line may be a part of one.
			link = readLink(line.bytes) ?? link;
		}
		return link;
	} finally {
		await handle.close();
	}
}
