import { nodeSystem } from "../system/node-system.ts";
import type { FileHandle, System } from "../system.ts";
import { errorCode } from "../system/error-code.ts";
import type { Loss } from "../trail.ts";
import { readJson } from "./json-file.ts";
import { ENDED, isStreamId, isTorn, LOSS_SLOT, RECOVERED } from "./layout.ts";
import { decodeLosses, LOSS_BYTES } from "./loss-slot.ts";
import { ownerLives, readOwner } from "./owner.ts";
import { listSegments, readCursors } from "./owned-stream.ts";
import { openSlotFile } from "./slot-file.ts";

/** A file of a stream. */
export interface InspectedSegment {
	readonly path: string;
	/** Sequence of its first record, by its name. */
	readonly firstSequence: number;
	readonly bytes: number;
}

/** A stream as its folder shows it. */
export interface InspectedStream {
	readonly streamId: string;
	readonly path: string;
	/** In order. */
	readonly segments: readonly InspectedSegment[];
	/** Who writes or delivers it; absent where the folder does not say. */
	readonly owner?: {
		readonly host: string;
		readonly pid: number;
		/** True: a process holds it, and a partial last line is in progress. */
		readonly alive: boolean;
		/** True: whoever made it does not own it any more. */
		readonly adopted: boolean;
	};
	/** How its writer ended it; absent while it has not. */
	readonly ended?: { readonly lastSequence: number; readonly lastHash?: string };
	/** True: `trail.recovered` of it stands in another stream. */
	readonly recovered: boolean;
	/** By reader, the last record it is done with. */
	readonly cursors: Readonly<Record<string, number>>;
	/** What recovery set aside. */
	readonly torn: readonly { readonly path: string; readonly bytes: number }[];
	/** Losses that no record tells of yet. */
	readonly unrecordedLosses: readonly Loss[];
}

/** A trail's folder. */
export interface InspectedTrail {
	readonly dir: string;
	/** Oldest first. */
	readonly streams: readonly InspectedStream[];
	/** Entries that are no part of a trail. */
	readonly foreign: readonly string[];
	/** Streams that could not be looked at, and why. */
	readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Looks at a trail's folder without touching it, also while others write to it.
 *
 * @example
 * ```ts
 * const { streams } = await inspectTrail("/var/lib/tickets/trail");
 * for (const { streamId, segments } of streams) console.error(streamId, segments.length);
 * ```
 */
export async function inspectTrail(
	dir: string,
	system: System = nodeSystem(),
): Promise<InspectedTrail> {
	const { files } = system;
	const streams: InspectedStream[] = [];
	const foreign: string[] = [];
	const unreadable: { path: string; reason: string }[] = [];
	const status = await files.status(dir);
	if (status?.kind !== "directory") {
		throw new Error(`${dir} is no folder. Name the folder of a trail.`);
	}
	for (const name of await files.list(dir)) {
		const path = `${dir}/${name}`;
		if (!isStreamId(name)) {
			if (!name.startsWith(".")) foreign.push(path);
			continue;
		}
		try {
			streams.push(await inspectStream(system, dir, name));
		} catch (error) {
			// Retention may have removed it meanwhile.
			if (errorCode(error) === "ENOENT") continue;
			unreadable.push({ path, reason: error instanceof Error ? error.message : String(error) });
		}
	}
	return { dir, streams, foreign, unreadable };
}

/** Reads segments one after the other, in chunks of constant size, never beyond the length they were inspected with. */
export async function* readSegments(
	segments: readonly InspectedSegment[],
	system: System = nodeSystem(),
): AsyncGenerator<Uint8Array, void, undefined> {
	for (const { path, bytes } of segments) {
		const handle = await system.files.open(path, "read");
		try {
			yield* chunks(handle, bytes);
		} finally {
			await handle.close();
		}
	}
}

const CHUNK_BYTES = 256 * 1024;

async function* chunks(
	handle: FileHandle,
	bytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
	let offset = 0;
	while (offset < bytes) {
		const chunk = await handle.read(Math.min(CHUNK_BYTES, bytes - offset), offset);
		if (chunk.length === 0) return;
		offset += chunk.length;
		yield chunk;
	}
}

async function inspectStream(
	system: System,
	dir: string,
	streamId: string,
): Promise<InspectedStream> {
	const { files } = system;
	const path = `${dir}/${streamId}`;
	const { generation, owner } = await readOwner(files, path);
	const segments = await listSegments(files, path);
	const cursors = await readCursors(files, path);
	const ended = await readJson(files, `${path}/${ENDED}`);
	const recovered = await files.status(`${path}/${RECOVERED}`);
	const torn: { path: string; bytes: number }[] = [];
	for (const name of await files.list(path)) {
		if (!isTorn(name)) continue;
		torn.push({
			path: `${path}/${name}`,
			bytes: (await files.status(`${path}/${name}`))?.size ?? 0,
		});
	}
	return {
		streamId,
		path,
		segments: segments.map(({ path: file, first, bytes }) => ({
			path: file,
			firstSequence: first,
			bytes,
		})),
		...(owner && {
			owner: {
				host: owner.host,
				pid: owner.pid,
				alive: await ownerLives(system, dir, owner),
				adopted: generation > 0,
			},
		}),
		...(ended && { ended: endOf(ended) }),
		recovered: recovered !== undefined,
		cursors: Object.fromEntries([...cursors].map(([name, { sequence }]) => [name, sequence])),
		torn,
		unrecordedLosses:
			recovered === undefined ? await unrecordedLosses(system, `${path}/${LOSS_SLOT}`) : [],
	};
}

function endOf(ended: Readonly<Record<string, unknown>>): NonNullable<InspectedStream["ended"]> {
	const { last_sequence: sequence, last_hash: hash } = ended;
	const lastSequence = typeof sequence === "number" ? sequence : 0;
	return typeof hash === "string" ? { lastSequence, lastHash: hash } : { lastSequence };
}

async function unrecordedLosses({ files }: System, path: string): Promise<readonly Loss[]> {
	if ((await files.status(path)) === undefined) return [];
	const slot = await openSlotFile(files, path, LOSS_BYTES, "read");
	await slot.close();
	return decodeLosses(slot.value).unrecorded;
}
