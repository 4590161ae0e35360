import type { RecoveryDetail } from "@mcp-trail/event";
import type { System } from "../system.ts";
import { errorCode } from "../system/error-code.ts";
import type { Loss } from "../trail.ts";
import { adoptedLosses } from "./adopted-losses.ts";
import { readJson } from "./json-file.ts";
import { ENDED, isStreamId, LOSS_SLOT, RECOVERED, unfinishedStream } from "./layout.ts";
import { decodeLosses, LOSS_BYTES } from "./loss-slot.ts";
import type { LeaseWatch } from "./lease-watch.ts";
import { claim, ownerNow, readOwner } from "./owner.ts";
import {
	listSegments,
	readCursors,
	removeStream,
	tornBytes,
	type OwnedStream,
} from "./owned-stream.ts";
import { recoverEnd } from "./recover-end.ts";
import type { Segment } from "./scan-segments.ts";
import { openSlotFile } from "./slot-file.ts";
import { folderError, reasonOf } from "./trail-error.ts";
import { releaseBallast } from "./trail-folder.ts";

/** A dead owner's stream, taken over. */
export interface Adopted {
	readonly stream: OwnedStream;
	readonly lastSequence: number;
	/** To be recorded; absent where an earlier adopter did. */
	readonly recovery?: RecoveryDetail;
	/** Losses that no record tells of. */
	readonly losses: readonly Loss[];
}

/** What adoption needs to know. */
export interface AdoptionContext {
	readonly system: System;
	readonly dir: string;
	/** The stream this process writes. */
	readonly ownStreamId: string;
	readonly leases: LeaseWatch;
	/** Streams this process has already. */
	has(streamId: string): boolean;
	/** Told of each thing that stays as it is; the same one may be told again. */
	report(error: Error): void;
	damaged(segment: Segment, offset: number): void;
}

/** Takes every stream of the folder whose owner is dead, oldest first. */
export async function adoptDead(context: AdoptionContext): Promise<readonly Adopted[]> {
	const { system, dir } = context;
	const adopted: Adopted[] = [];
	for (const name of await system.files.list(dir)) {
		const path = `${dir}/${name}`;
		if (name === context.ownStreamId || context.has(name)) continue;
		try {
			if (unfinishedStream(name) !== undefined) await removeUnfinished(context, path);
			else if (!isStreamId(name)) context.report(foreign(path));
			else if (await adoptable(context, path)) {
				const taken = await adoptOne(context, name, path);
				if (taken !== undefined) adopted.push(taken);
			}
		} catch (error) {
			// Another process may have taken or removed it while we looked.
			if (errorCode(error) === "ENOENT") continue;
			context.report(
				folderError(
					"folder_unusable",
					path,
					`The stream ${path} cannot be taken over (${reasonOf(error)}). It is left as it is; check its permissions and the disk.`,
					error,
				),
			);
		}
	}
	return adopted;
}

async function adoptable(context: AdoptionContext, path: string): Promise<boolean> {
	const { system } = context;
	const status = await system.files.status(path);
	if (status === undefined) return false;
	if (status.kind !== "directory") {
		context.report(foreign(path));
		return false;
	}
	if (status.uid === system.process.uid) return true;
	context.report(
		folderError(
			"folder_foreign",
			path,
			`The stream ${path} belongs to uid ${status.uid}, this process runs as uid ${system.process.uid}. It is left for its owner; run a recorder as that user, or move it away.`,
		),
	);
	return false;
}

async function adoptOne(
	context: AdoptionContext,
	streamId: string,
	path: string,
): Promise<Adopted | undefined> {
	const { system, ownStreamId, leases } = context;
	const { files, process, clock } = system;
	const found = await readOwner(files, path);
	if (await leases.lives(found.owner)) return undefined;
	const owner = ownerNow(process, ownStreamId, clock.nowMs());
	const nonce = Buffer.from(system.random(8)).toString("hex");
	const generation = await claim(files, path, found.generation, owner, nonce);
	if (generation === undefined) return undefined;

	const segments = await listSegments(files, path);
	const cursors = await readCursors(files, path);
	const known = await readJson(files, `${path}/${RECOVERED}`);
	const slot = await storedLosses(context, path);
	const end = await recoverEnd(
		files,
		path,
		streamId,
		segments,
		(segment, offset) => context.damaged(segment, offset),
		known === undefined && slot.unrecorded.length > 0 ? slot.recorded : undefined,
	);
	const stream: OwnedStream = {
		streamId,
		path,
		generation,
		segments,
		cursors,
		...(end.lastHash !== undefined && {
			end: { sequence: end.lastSequence, hash: end.lastHash },
		}),
	};
	// Nothing is written here any more that could want its room.
	await releaseBallast(files, path);
	if (known !== undefined) return { stream, lastSequence: end.lastSequence, losses: [] };
	const torn = await tornBytes(files, path);
	const ended = await readJson(files, `${path}/${ENDED}`);
	const recovery: RecoveryDetail = {
		stream_id: streamId,
		last_sequence: end.lastSequence,
		clean_end:
			torn === 0 &&
			ended?.["last_sequence"] === end.lastSequence &&
			ended["last_hash"] === end.lastHash,
		...(end.lastHash !== undefined && { last_hash: end.lastHash }),
		...(torn > 0 && { torn_bytes: torn }),
	};
	const losses = adoptedLosses(slot, end);
	return { stream, lastSequence: end.lastSequence, recovery, losses };
}

async function storedLosses(
	{ system }: AdoptionContext,
	path: string,
): Promise<ReturnType<typeof decodeLosses>> {
	const file = `${path}/${LOSS_SLOT}`;
	if ((await system.files.status(file)) === undefined) return decodeLosses(undefined);
	const slot = await openSlotFile(system.files, file, LOSS_BYTES, "read");
	await slot.close();
	return decodeLosses(slot.value);
}

/** A stream whose maker died before it was there holds nothing. */
async function removeUnfinished({ system, leases }: AdoptionContext, path: string): Promise<void> {
	const status = await system.files.status(path);
	if (status?.kind !== "directory" || status.uid !== system.process.uid) return;
	const { owner } = await readOwner(system.files, path);
	// Without an owner it may be in the making at this moment.
	if (owner === undefined || (await leases.lives(owner))) return;
	await removeStream(system.files, path);
}

function foreign(path: string): Error {
	return folderError(
		"folder_foreign",
		path,
		`${path} is no part of a trail. It is left alone; move it out of the trail's folder.`,
	);
}
