import type { Files } from "../system.ts";
import { CURSOR_BYTES, decodeCursor, type Cursor } from "./cursor.ts";
import { cursorName, cursorReader, isTorn, segmentFirst, segmentName } from "./layout.ts";
import type { Unrecorded } from "./own-events.ts";
import type { Segment } from "./scan-segments.ts";
import { createSlotFile, openSlotFile } from "./slot-file.ts";

/** A stream this process writes or has adopted. */
export interface OwnedStream {
	readonly streamId: string;
	readonly path: string;
	/** Which owner's file is ours. */
	readonly generation: number;
	readonly segments: Segment[];
	/** By reader. */
	readonly cursors: Map<string, Cursor>;
	/** The last record of a dead stream that verified when it was taken over. */
	readonly end?: { readonly sequence: number; readonly hash: string };
	/** How it ended and what it lost, as long as no record says so. */
	unrecorded?: Unrecorded;
}

/** The segments of a stream's folder in order, each as long as its file. */
export async function listSegments(files: Files, path: string): Promise<Segment[]> {
	const segments: Segment[] = [];
	for (const name of await files.list(path)) {
		const first = segmentFirst(name);
		if (first === undefined) continue;
		const status = await files.status(`${path}/${name}`);
		if (status?.kind !== "file") continue;
		const before = segments.at(-1);
		if (before !== undefined) before.last = first - 1;
		segments.push({ path: `${path}/${name}`, first, last: first - 1, bytes: status.size });
	}
	return segments;
}

/** Path of the segment that begins with a sequence. */
export function segmentPath(path: string, first: number): string {
	return `${path}/${segmentName(first)}`;
}

/** The cursors kept in a stream's folder. */
export async function readCursors(files: Files, path: string): Promise<Map<string, Cursor>> {
	const cursors = new Map<string, Cursor>();
	for (const name of await files.list(path)) {
		const reader = cursorReader(name);
		if (reader === undefined) continue;
		const slots = await openSlotFile(files, `${path}/${name}`, CURSOR_BYTES, "read");
		cursors.set(reader, decodeCursor(slots.value));
		await slots.close();
	}
	return cursors;
}

/** Opens a reader's cursor to be written; makes it where it is missing. */
export async function openCursor(
	files: Files,
	path: string,
	reader: string,
	first: Uint8Array,
): ReturnType<typeof openSlotFile> {
	const file = `${path}/${cursorName(reader)}`;
	if ((await files.status(file)) !== undefined) {
		const slots = await openSlotFile(files, file, CURSOR_BYTES);
		return slots;
	}
	const slots = await createSlotFile(files, file, first);
	await files.syncFolder(path);
	return slots;
}

/** Bytes of a stream's segments and of what was set aside. */
export function storedBytes(files: Files, path: string): Promise<number> {
	return bytesWhere(files, path, (name) => segmentFirst(name) !== undefined || isTorn(name));
}

/** Bytes that were set aside, by this recovery of the stream or by one that was cut off. */
export function tornBytes(files: Files, path: string): Promise<number> {
	return bytesWhere(files, path, isTorn);
}

async function bytesWhere(
	files: Files,
	path: string,
	counts: (name: string) => boolean,
): Promise<number> {
	let bytes = 0;
	for (const name of await files.list(path)) {
		if (!counts(name)) continue;
		bytes += (await files.status(`${path}/${name}`))?.size ?? 0;
	}
	return bytes;
}

/** Removes a stream's folder and everything in it. */
export async function removeStream(files: Files, path: string): Promise<void> {
	for (const name of await files.list(path)) await files.remove(`${path}/${name}`);
	await files.remove(path);
}
