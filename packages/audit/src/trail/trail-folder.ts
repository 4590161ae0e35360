import { dirname } from "node:path";
import type { Files, System } from "../system.ts";
import { errorCode } from "../system/error-code.ts";
import { BALLAST, isStreamId, LOSS_SLOT, unfinishedName } from "./layout.ts";
import { encodeLosses, LOSS_BYTES } from "./loss-slot.ts";
import { ownerNow, writeOwner } from "./owner.ts";
import { removeStream, storedBytes, type OwnedStream } from "./owned-stream.ts";
import { createSlotFile, openSlotFile, type SlotFile } from "./slot-file.ts";
import { folderError, reasonOf } from "./trail-error.ts";
import { writeAll } from "./json-file.ts";

/** Hands a folder to the group that may read; does nothing without one. */
export type Share = (path: string) => Promise<void>;

/** Makes the trail's folder, or refuses one that others could change. */
export async function openFolder(system: System, dir: string, share: Share): Promise<void> {
	const { files, process } = system;
	try {
		const missing: string[] = [];
		for (let path = dir; (await files.status(path)) === undefined; path = dirname(path)) {
			missing.push(path);
			// A root that is not there, such as a drive, has no parent.
			if (dirname(path) === path) break;
		}
		if (missing.length > 0) {
			await files.makeFolder(dir);
			await share(dir);
		}
		// A folder survives a power loss once the folder above it is synced.
		for (const path of missing) await files.syncFolder(dirname(path));
	} catch (error) {
		throw unusable(dir, process.uid, error);
	}
	const status = await files.status(dir);
	if (status?.kind !== "directory") {
		throw folderError(
			"folder_insecure",
			dir,
			`The trail's folder ${dir} is no folder of its own (links are never followed). Name the folder itself.`,
		);
	}
	const sticky = (status.mode & 0o1000) !== 0;
	if ((status.mode & 0o022) !== 0 && !sticky) {
		throw folderError(
			"folder_insecure",
			dir,
			`Others may write to the trail's folder ${dir} (mode ${status.mode.toString(8)}). Run: chmod 700 ${dir}`,
		);
	}
}

/** Makes a stream's folder with its owner in it, so that it is there whole or not at all. */
export async function createStream(
	system: System,
	dir: string,
	streamId: string,
	ballastBytes: number,
	share: Share,
): Promise<{ readonly stream: OwnedStream; readonly lossSlot: SlotFile }> {
	const { files, process, clock } = system;
	const draft = `${dir}/${unfinishedName(streamId)}`;
	const path = `${dir}/${streamId}`;
	try {
		await files.makeFolder(draft);
		await writeOwner(files, draft, 0, ownerNow(process, streamId, clock.nowMs()));
		const none = encodeLosses({ total: 0, recorded: 0, unrecorded: [] });
		// Closed again: Windows renames no folder while a file in it is open.
		await (await createSlotFile(files, `${draft}/${LOSS_SLOT}`, none)).close();
		await writeBallast(files, draft, ballastBytes);
		await files.syncFolder(draft);
		await share(draft);
		await files.rename(draft, path);
		await files.syncFolder(dir);
		const lossSlot = await openSlotFile(files, `${path}/${LOSS_SLOT}`, LOSS_BYTES);
		const stream = { streamId, path, generation: 0, segments: [], cursors: new Map() };
		return { stream, lossSlot };
	} catch (error) {
		// Its room may be what is missing.
		await removeStream(files, draft).catch(() => {});
		throw unusable(dir, process.uid, error);
	}
}

/** Occupies room that {@link releaseBallast} gives back when the disk is full. */
export async function writeBallast(files: Files, path: string, bytes: number): Promise<void> {
	const file = `${path}/${BALLAST}`;
	const exists = (await files.status(file)) !== undefined;
	const handle = await files.open(file, exists ? "update" : "create");
	try {
		await writeAll(handle, new Uint8Array(bytes), 0);
		await handle.datasync();
	} finally {
		await handle.close();
	}
}

/** Gives the ballast's room back; false where it was given back before. */
export async function releaseBallast(files: Files, path: string): Promise<boolean> {
	const file = `${path}/${BALLAST}`;
	if (((await files.status(file))?.size ?? 0) === 0) return false;
	const handle = await files.open(file, "update");
	try {
		await handle.truncate(0);
	} finally {
		await handle.close();
	}
	return true;
}

/** Bytes of all streams of the folder but those that are counted elsewhere. */
export async function othersBytes(
	files: Files,
	dir: string,
	counted: (streamId: string) => boolean,
): Promise<number> {
	let bytes = 0;
	for (const name of await files.list(dir)) {
		if (!isStreamId(name) || counted(name)) continue;
		// A folder of another user may be closed to us; what cannot be seen is not counted.
		bytes += await storedBytes(files, `${dir}/${name}`).catch(() => 0);
	}
	return bytes;
}

function unusable(dir: string, uid: number, error: unknown): Error {
	const remedy =
		errorCode(error) === "ERR_ACCESS_DENIED"
			? "Node's permission model refuses it: make the folder before Node starts, allow it to be read and written (--allow-fs-read, --allow-fs-write), and share it with no group"
			: "Give that user write permission and free space there, or choose another folder";
	return folderError(
		"folder_unusable",
		dir,
		`The trail's folder ${dir} cannot be used by uid ${uid} (${reasonOf(error)}). ${remedy}.`,
		error,
	);
}
