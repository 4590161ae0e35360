import { isDiskFull } from "../system/error-code.ts";
import type { Trail, TrailContext, TrailReader } from "../trail.ts";
import { appender } from "./appender.ts";
import { adoption } from "./adoption.ts";
import { cursorStore } from "./cursor-store.ts";
import { reporter, type DeadStream, type FileTrailLimits } from "./file-trail-state.ts";
import { writeJson } from "./json-file.ts";
import { endStream, type ExitWay } from "./exit-way.ts";
import { BALLAST, ENDED, ownerName } from "./layout.ts";
import { liveStream } from "./live-stream.ts";
import { lossLedger } from "./loss-ledger.ts";
import { lossSlotWriter } from "./loss-slot-writer.ts";
import { ballastBytes, space } from "./make-room.ts";
import { notifier } from "./notifier.ts";
import { ownerNow, writeOwner } from "./owner.ts";
import { storedBytes, type OwnedStream } from "./owned-stream.ts";
import { openCursors } from "./open-cursors.ts";
import { trailReader, type ReaderHost } from "./reader.ts";
import { readerName } from "./reader-name.ts";
import { deadSource, liveSource } from "./sources.ts";
import { tailCache } from "./tail-cache.ts";
import { createStream, openFolder, type Share } from "./trail-folder.ts";
import { asTrailError, takenOver } from "./trail-error.ts";
import { untilAborted } from "./until-aborted.ts";
import { withUnwaited } from "./unwaited.ts";
import { upkeep } from "./upkeep.ts";

/** Records that a live reader finds without reading the disk, in bytes. */
const TAIL_BYTES = 4 << 20;
/** A batch never asks more than this of one write. */
const MAX_BATCH_BYTES = 1 << 20;

/** Opens a folder, starts a stream in it and takes over the streams of dead processes. */
export async function openFileTrail(
	context: TrailContext,
	streamId: string,
	limits: FileTrailLimits,
	/** Told how to end from now on, should the process end before it is closed. */
	onExitWay: (way: ExitWay) => void = () => undefined,
): Promise<Trail> {
	const { system } = context;
	const { files, clock, process } = system;
	const { dir, sync } = limits;
	const { report, damaged, missing } = reporter((error) => context.onError(error));
	const share: Share = async (path) => {
		if (limits.gid !== undefined) await files.share(path, limits.gid, 0o750);
	};

	await openFolder(system, dir, share);
	const created = await createStream(system, dir, streamId, ballastBytes(limits.maxBytes), share);
	const own = created.stream;
	const dead: DeadStream[] = [];
	const changes = notifier();
	const cache = tailCache(TAIL_BYTES);
	const readers = new Map<string, TrailReader>();
	let durable = 0;
	let closed = false;
	let released = false;
	let lastError: string | undefined;

	const streams = (): readonly OwnedStream[] => [...dead.map(({ stream }) => stream), own];
	const lastOf = (stream: OwnedStream): number =>
		stream === own ? durable : (dead.find((one) => one.stream === stream)?.lastSequence ?? 0);
	const cursors = cursorStore(system, streams, lastOf, sync);
	for (const name of context.readers ?? []) cursors.open(readerName(name));
	const room = space({
		context,
		limits,
		live: own,
		streams,
		readers: () => cursors.readers(),
		removed: (stream) => forget(stream),
		starved: () => keeper.starved(),
		report,
	});
	const segments = liveStream({
		system,
		stream: own,
		segmentBytes: limits.segmentBytes,
		sync,
		relieve,
		report(error) {
			lastError = error.message;
			report(error);
		},
	});
	const ledger = lossLedger(() => lossSlot.changed());
	const lossSlot = lossSlotWriter(created.lossSlot, ledger, sync, report);
	const appends = appender(
		streamId,
		context,
		{
			...limits,
			maxBatchBytes: Math.min(MAX_BATCH_BYTES, limits.segmentBytes),
			gathers: true,
		},
		ledger,
		{
			fits: (reserve, _events, bytes) => room.fits(reserve, bytes),
			refusal: () => keeper.fenced() ?? segments.refusal(),
			prepare: (bytes, record) => room.prepare(bytes, record),
			async write(lines, bytes) {
				// Who stood still looks first.
				if (keeper.overdue()) await keeper.look();
				const fence = keeper.fenced();
				// What was queued before the stream was taken over would fork its chain.
				if (fence !== undefined) throw fence;
				await segments.write(lines, bytes);
				lastError = undefined;
				room.add(bytes);
				durable = lines.at(-1)?.sequence ?? durable;
				// Nobody reads: nothing is held, and no gap may be left in what is.
				if (readers.size > 0) cache.push(lines, bytes);
				else cache.clear();
				changes.notify();
			},
		},
	);
	onExitWay((events, exitFiles) => {
		if (released || keeper.fenced() !== undefined) return;
		// Who stood still, and ends as it wakes, has not looked yet.
		if (exitFiles.isFolder(`${own.path}/${ownerName(own.generation)}`) === undefined)
			throw takenOver(own.path);
		const { lines, head } = appends.exit(events);
		const store = (): void => {
			segments.exit(lines, exitFiles);
			const owner = ownerNow(process, streamId, clock.nowMs());
			endStream(exitFiles, { path: own.path, owner }, head);
		};
		try {
			store();
		} catch (error) {
			if (!isDiskFull(error)) throw error;
			exitFiles.write(`${own.path}/${BALLAST}`, new Uint8Array(0), 0, false);
			store();
		}
	});
	const source = liveSource({
		files,
		stream: own,
		cache,
		last: () => durable,
		live: () => !closed,
		told: { damaged, missing },
	});

	function forget(stream: OwnedStream): void {
		const index = dead.findIndex((one) => one.stream === stream);
		if (index >= 0) dead.splice(index, 1);
	}

	const adopting = adoption({
		context,
		dir,
		ownStreamId: streamId,
		has: (id) => dead.some(({ stream }) => stream.streamId === id),
		async add(stream, lastSequence) {
			room.adopt(await storedBytes(files, stream.path));
			dead.push({
				stream,
				lastSequence,
				source: deadSource(system, stream, lastSequence, { damaged, missing }),
			});
			dead.sort((one, other) => (one.stream.streamId < other.stream.streamId ? -1 : 1));
			changes.notify();
		},
		drop: forget,
		append: (event) => appends.append(event, { reserve: true, retried: true }),
		report,
		damaged,
	});
	const keeper = upkeep({
		context,
		limits,
		own,
		room,
		cursors,
		adopting,
		append: (event) => appends.append(event, { reserve: true, retried: true }),
		roomChanged: () => appends.roomChanged(),
		counted: (id) => id === streamId || dead.some(({ stream }) => stream.streamId === id),
		report,
	});
	await keeper.start();

	const host: ReaderHost = {
		system,
		sources: () => [...dead.map((one) => one.source), source],
		changes,
		closed: () => closed,
		cursor: (name, id) => cursors.get(name, id),
		save: (name, id, sequence) => cursors.save(name, id, sequence),
		committed() {
			room.changed();
			appends.roomChanged();
		},
		async released(name) {
			readers.delete(name);
			await release();
		},
	};

	async function relieve(): Promise<boolean> {
		const given = await room.relieve();
		if (given) keeper.hurry();
		return given;
	}

	/** Lets go of every stream once nothing is written and nobody reads. */
	async function release(): Promise<void> {
		if (!closed || released || readers.size > 0) return;
		released = true;
		await cursors.close();
		const owner = { ...ownerNow(process, streamId, clock.nowMs()), released: true };
		for (const { path, generation } of streams()) {
			await writeOwner(files, path, generation, owner).catch((error: unknown) =>
				report(asTrailError(error)),
			);
		}
	}

	async function end(): Promise<void> {
		try {
			await keeper.stop();
			await appends.close();
			const owned = keeper.fenced() === undefined;
			await segments.close(owned);
			if (owned) {
				const { head } = appends;
				await writeJson(files, own.path, ENDED, {
					last_sequence: head?.sequence ?? 0,
					...(head !== undefined && { last_hash: head.hash }),
				});
			}
		} finally {
			// Whatever failed, readers come to the end and the next process may take over.
			closed = true;
			changes.notify();
			await lossSlot.close();
			await release();
		}
	}

	let ending: Promise<void> | undefined;
	const opened: Trail = {
		append: (event, options) => appends.append(event, options),
		lost: (loss) => appends.lost(loss),
		async reader(name, from = "oldest") {
			readerName(name);
			if (readers.has(name)) throw new TypeError(`Reader ${name} is open already. Close it first.`);
			await openCursors(name, from, { cursors, streams: streams(), own, lastOf, relieve, report });
			const reader = trailReader(name, host);
			readers.set(name, reader);
			return reader;
		},
		health: () => ({
			streamId,
			durability: sync ? "disk" : "os",
			...(appends.head && { head: appends.head }),
			pendingEvents: appends.pendingEvents,
			pendingBytes: appends.pendingBytes,
			storedBytes: room.storedBytes,
			maxBytes: limits.maxBytes,
			lostEvents: ledger.total,
			...(lastError !== undefined && { lastError }),
		}),
		flush: (signal) => untilAborted(appends.settled(), signal),
		async close(signal) {
			ending ??= end();
			await (signal === undefined ? ending : untilAborted(ending, signal));
		},
	};
	return withUnwaited(opened, appends.appendUnwaited);
}
