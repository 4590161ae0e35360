import type { NewEvent } from "@mcp-trail/event";
import type { TrailContext } from "../trail.ts";
import type { RecordOwn } from "./store.ts";
import type { FileTrailLimits } from "./file-trail-state.ts";
import type { OwnedStream } from "./owned-stream.ts";
import { pruneEvent, recoveryEvents } from "./own-events.ts";
import { prunable, pruning, removeVictims, type Victim } from "./retention.ts";
import { releaseBallast, writeBallast } from "./trail-folder.ts";
import { folderError, reasonOf } from "./trail-error.ts";

/** Part of the limit that ordinary events may not use. */
const RESERVE = 0.05;
const MAX_BALLAST_BYTES = 256 * 1024;

/** The room a file trail has: what it keeps, what it may keep, and how it makes more. */
export interface Space {
	/** Bytes kept by the streams of this process, and by others in the same folder. */
	readonly storedBytes: number;
	/** True while the disk itself has no room. */
	readonly tight: boolean;
	add(bytes: number): void;
	setOthers(bytes: number): void;
	/** Another process's bytes are now this one's. */
	adopt(bytes: number): void;
	fits(reserve: boolean, bytes: number): boolean;
	/** Removes what may go if so many bytes would not fit. */
	prepare(bytes: number, record: RecordOwn): Promise<void> | undefined;
	/** Something may now be removed that could not be before. */
	changed(): void;
	/** Gives the ballast back to a full disk. */
	relieve(): Promise<boolean>;
	/** Takes the ballast's room again; true once the disk has it. */
	recover(): Promise<boolean>;
}

/** What {@link space} looks at. */
export interface SpaceContext {
	readonly context: TrailContext;
	readonly limits: FileTrailLimits;
	readonly live: OwnedStream;
	/** Owned streams, oldest first, the live one last. */
	streams(): readonly OwnedStream[];
	readers(): ReadonlySet<string>;
	removed(stream: OwnedStream): void;
	/** Nothing may be removed, as far as is known; told once until something is stored again. */
	starved(): void;
	report(error: Error): void;
}

/** Bytes of ballast for a limit. */
export function ballastBytes(maxBytes: number): number {
	return Math.min(MAX_BALLAST_BYTES, Math.floor(maxBytes * RESERVE));
}

/** Starts with nothing kept. */
export function space(world: SpaceContext): Space {
	const { limits, live } = world;
	const { files } = world.context.system;
	const ordinary = Math.floor(limits.maxBytes * (1 - RESERVE));
	const slack = Math.floor(limits.maxBytes / 16);
	let own = 0;
	let others = 0;
	let tight = false;
	let fruitless = false;
	let saidStarved = false;

	async function makeRoom(bytes: number, record: RecordOwn): Promise<void> {
		const victims = prunable(world.streams(), live.streamId, world.readers());
		fruitless = victims.length === 0;
		if (fruitless) {
			if (!saidStarved) world.starved();
			saidStarved = true;
			return;
		}
		const wanted = tight ? MAX_BALLAST_BYTES + bytes : own + others + bytes + slack - ordinary;
		const chosen = world.streams().length > limits.maxStreams ? oldestStream(victims) : victims;
		try {
			await prune(chosen, chosen === victims ? wanted : Infinity, record);
			await recover();
		} catch (error) {
			fruitless = true;
			world.report(
				folderError(
					"storage_failed",
					limits.dir,
					`Nothing could be removed from ${limits.dir} to make room (${reasonOf(error)}). Check the disk.`,
					error,
				),
			);
		}
	}

	async function prune(
		chosen: readonly Victim[],
		wantedBytes: number,
		record: RecordOwn,
	): Promise<void> {
		const { victims, details } = await pruning(files, chosen, wantedBytes, "disk_limit");
		fruitless = victims.length === 0;
		// Durable before the unlink: a missing head without this record is tampering.
		const events: NewEvent[] = [];
		const streams = new Set(victims.map(({ stream }) => stream));
		// Nothing goes before its end is told, or the removal would hide a restart.
		for (const { unrecorded } of streams)
			if (unrecorded) events.push(...recoveryEvents(unrecorded));
		events.push(...details.map((detail) => pruneEvent(detail)));
		if (events.length > 0) await record(events.map((event) => world.context.complete(event)));
		for (const stream of streams) delete stream.unrecorded;
		const before = bytesOf(streams);
		try {
			const gone = await removeVictims(files, limits.dir, victims, live.streamId);
			for (const stream of gone) world.removed(stream);
		} finally {
			own -= before - bytesOf(streams);
		}
	}

	async function recover(): Promise<boolean> {
		if (!tight) return true;
		try {
			await writeBallast(files, live.path, ballastBytes(limits.maxBytes));
			tight = false;
		} catch {
			await releaseBallast(files, live.path).catch(() => false);
		}
		return !tight;
	}

	return {
		get storedBytes() {
			return own + others;
		},
		get tight() {
			return tight;
		},
		add(bytes) {
			own += bytes;
			saidStarved = false;
		},
		adopt(bytes) {
			own += bytes;
			others = Math.max(0, others - bytes);
		},
		setOthers(bytes) {
			others = bytes;
		},
		fits(reserve, bytes) {
			if (tight && !reserve) return false;
			return own + others + bytes <= (reserve ? limits.maxBytes : ordinary);
		},
		prepare(bytes, record) {
			const over = own + others + bytes > ordinary || world.streams().length > limits.maxStreams;
			if (fruitless || (!tight && !over)) return undefined;
			return makeRoom(bytes, record);
		},
		changed() {
			fruitless = false;
		},
		async relieve() {
			if (!(await releaseBallast(files, live.path))) return false;
			tight = true;
			fruitless = false;
			return true;
		},
		recover,
	};
}

function bytesOf(streams: Iterable<OwnedStream>): number {
	let bytes = 0;
	for (const { segments } of streams) for (const segment of segments) bytes += segment.bytes;
	return bytes;
}

function oldestStream(victims: readonly Victim[]): readonly Victim[] {
	return victims.filter(({ stream }) => stream === victims[0]?.stream);
}
