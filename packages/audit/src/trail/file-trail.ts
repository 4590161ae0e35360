import { uuid7, UUID7_RANDOM_BYTES } from "@mcp-trail/event";
import type { OpenTrail } from "../trail.ts";
import { type ExitWay, withExit, writeUnopened } from "./exit-way.ts";
import { groupId, groupIdAtExit } from "./group-id.ts";
import { openFileTrail } from "./open-file-trail.ts";
import { checkNames, integerOption } from "./options.ts";
import { ownerNow } from "./owner.ts";
import { sharedExitFiles, sharedFiles } from "./shared-files.ts";

/** Where a file trail keeps its streams, and how much. */
export interface FileTrailOptions {
	/** The trail's folder; made (0700) where it is missing. Several processes may share one. */
	readonly dir: string;
	/**
	 * When an append resolves: `disk` = it survives a power loss (fdatasync), `os` = it survives the process.
	 * @default "disk"
	 */
	readonly durability?: "disk" | "os";
	/** A segment is closed at about this size; at most an eighth of `maxBytes`. @default 67_108_864 (64 MiB) */
	readonly segmentBytes?: number;
	/**
	 * Bytes kept in the folder, over all its streams. At the limit the oldest closed segments that every reader has
	 * committed are removed; while there is none, new events are refused and counted, 5 % being kept for the trail's
	 * own events and acting calls.
	 * @default 1_073_741_824 (1 GiB)
	 */
	readonly maxBytes?: number;
	/** Streams kept in the folder: one for each time a trail was opened. @default 1_000 */
	readonly maxStreams?: number;
	/** Events that may wait to be written; more are refused and counted. @default 10_000 */
	readonly maxQueueEvents?: number;
	/** Estimated bytes that may wait to be written. @default 33_554_432 (32 MiB) */
	readonly maxQueueBytes?: number;
	/** A reader that nothing has opened for so long no longer holds records back. @default 2_592_000_000 (30 days) */
	readonly readerRetentionMs?: number;
	/** A group, by name or number, that may read the trail (folders 0750, files 0640). */
	readonly groupRead?: string | number;
}

const KNOWN: Readonly<Record<keyof FileTrailOptions, true>> = {
	dir: true,
	durability: true,
	segmentBytes: true,
	maxBytes: true,
	maxStreams: true,
	maxQueueEvents: true,
	maxQueueBytes: true,
	readerRetentionMs: true,
	groupRead: true,
};

/**
 * Keeps the trail in files: one folder for each stream, in it segments of one record a line.
 * Opening it takes over the streams of dead processes: they are delivered, and `trail.recovered` says how each ended.
 *
 * @example
 * ```ts
 * const audit = openAudit({ trail: fileTrail({ dir: "/var/lib/tickets/trail" }), service: "tickets" });
 * ```
 */
export function fileTrail(options: FileTrailOptions): OpenTrail {
	if (typeof options !== "object" || options === null)
		throw new TypeError('fileTrail: options are missing. Call it as fileTrail({ dir: "trail" }).');
	checkNames("fileTrail", options, KNOWN);
	if (typeof options.dir !== "string" || options.dir === "") {
		throw new TypeError(
			'fileTrail: dir is missing. Name the folder that keeps the trail: fileTrail({ dir: "trail" }).',
		);
	}
	const { durability = "disk" } = options;
	if (durability !== "disk" && durability !== "os") {
		throw new TypeError(`durability is ${String(durability)}. Use "disk" or "os".`);
	}
	const maxBytes = integerOption("maxBytes", options.maxBytes, 1 << 30, 1 << 16);
	const segmentBytes = integerOption("segmentBytes", options.segmentBytes, 64 << 20, 1 << 10);
	const limits = {
		dir: options.dir,
		sync: durability === "disk",
		maxBytes,
		segmentBytes: Math.min(segmentBytes, Math.floor(maxBytes / 8)),
		maxStreams: integerOption("maxStreams", options.maxStreams, 1_000, 2),
		maxQueueEvents: integerOption("maxQueueEvents", options.maxQueueEvents, 10_000, 1),
		maxQueueBytes: integerOption("maxQueueBytes", options.maxQueueBytes, 32 << 20, 1 << 16),
		readerRetentionMs: integerOption(
			"readerRetentionMs",
			options.readerRetentionMs,
			30 * 24 * 3_600_000,
			1_000,
		),
	};
	let way: ExitWay | undefined;
	const open: OpenTrail = async (context) => {
		const { system } = context;
		const newId = (): string => uuid7(system.clock.nowMs(), system.random(UUID7_RANDOM_BYTES));
		const streamId = newId();
		way = (events, files) => {
			const owner = ownerNow(system.process, streamId, system.clock.nowMs());
			const { dir, sync } = limits;
			const { groupRead } = options;
			const exitFiles =
				groupRead === undefined ? files : sharedExitFiles(files, groupIdAtExit(files, groupRead));
			const unopened = { dir, streamId, owner, draftId: newId(), sync };
			writeUnopened(exitFiles, unopened, events);
		};
		const gid =
			options.groupRead === undefined ? undefined : await groupId(system.files, options.groupRead);
		const onExitWay = (opened: ExitWay): void => {
			way = (events, files) =>
				opened(events, gid === undefined ? files : sharedExitFiles(files, gid));
		};
		if (gid === undefined) return openFileTrail(context, streamId, limits, onExitWay);
		const shared = { ...system, files: sharedFiles(system.files, gid) };
		return openFileTrail({ ...context, system: shared }, streamId, { ...limits, gid }, onExitWay);
	};
	return withExit(open, { durability, way: () => way });
}
