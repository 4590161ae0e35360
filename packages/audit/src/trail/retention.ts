import type { PruneDetail } from "@mcp-trail/event";
import { readLink } from "@mcp-trail/integrity";
import type { Files } from "../system.ts";
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

/** The first of the victims that free so many bytes; all of them where they do not. */
export function enoughOf(victims: readonly Victim[], bytes: number): readonly Victim[] {
	let freed = 0;
	const end = victims.findIndex(({ segment }) => (freed += segment.bytes) >= bytes);
	return end < 0 ? victims : victims.slice(0, end + 1);
}

/**
 * What `trail.pruned` says of victims: one record for each segment, so that a removal cut off half-way is explained
 * too. Segments without records need no word.
 */
export async function pruneDetails(
	files: Files,
	victims: readonly Victim[],
	reason: string,
): Promise<readonly PruneDetail[]> {
	const details: PruneDetail[] = [];
	for (const { stream, segment } of victims) {
		if (segment.last < segment.first) continue;
		details.push({
			stream_id: stream.streamId,
			first_sequence: segment.first,
			last_sequence: segment.last,
			last_hash: await lastHash(files, stream, segment),
			reason,
		});
	}
	return details;
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
	for (const { stream, segment } of victims) {
		await files.remove(segment.path);
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

async function lastHash(files: Files, stream: OwnedStream, segment: Segment): Promise<string> {
	const own = await linkAt(files, segment, Math.max(0, segment.bytes - (128 << 10)));
	if (own?.sequence === segment.last) return own.hash;
	// Its last line cannot be read: the next segment's first record states the hash.
	const next = stream.segments[stream.segments.indexOf(segment) + 1];
	const after = next && (await linkAt(files, next, 0, 1));
	if (after?.sequence === segment.last + 1 && after.previousHash !== undefined)
		return after.previousHash;
	throw new Error(
		`The last record of ${segment.path} cannot be read, so its removal cannot be recorded. Move the segment away by hand.`,
	);
}

async function linkAt(
	files: Files,
	segment: Segment,
	from: number,
	lines = Infinity,
): Promise<ReturnType<typeof readLink>> {
	const handle = await files.open(segment.path, "read");
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
