import type { AuditEvent } from "@mcp-trail/event";
import type { Position, TrailContext, TrailError } from "../trail.ts";
import type { Adoption } from "./adoption.ts";
import type { CursorStore } from "./cursor-store.ts";
import type { FileTrailLimits } from "./file-trail-state.ts";
import type { Space } from "./make-room.ts";
import { LEASE_MS, ownerNow, readOwner, writeOwner } from "./owner.ts";
import type { OwnedStream } from "./owned-stream.ts";
import { releaseEvent } from "./own-events.ts";
import { folderError, reasonOf, takenOver, trailError } from "./trail-error.ts";
import { othersBytes } from "./trail-folder.ts";

/** What {@link upkeep} works on. */
export interface UpkeepWorld {
	readonly context: TrailContext;
	readonly limits: FileTrailLimits;
	readonly own: OwnedStream;
	readonly room: Space;
	readonly cursors: CursorStore;
	readonly adopting: Adoption;
	append(event: AuditEvent): Promise<Position>;
	roomChanged(): void;
	/** True for streams whose bytes are counted as they are written. */
	counted(streamId: string): boolean;
	report(error: Error): void;
}

/** What a trail does besides writing: renews its lease, takes over dead streams, releases forgotten readers. */
export interface Upkeep {
	/** The first round; the others follow on a timer. */
	start(): Promise<void>;
	/** Set when another process has taken this stream over: nothing more may be written. */
	fenced(): TrailError | undefined;
	/** True after a time without a look in which another process may have taken this stream over. */
	overdue(): boolean;
	/** Looks whose stream this is. */
	look(): Promise<void>;
	/** The disk is full: looks again soon. */
	hurry(): void;
	/** There is no more room: looks at once for what another process has left or removed. */
	starved(): void;
	stop(): Promise<void>;
}

const ROUND_MS = LEASE_MS / 4;
/** A full disk is looked at more often; at a full trail it is looked no more often for room. */
const TIGHT_ROUND_MS = 1_000;

/** Not started yet. */
export function upkeep(world: UpkeepWorld): Upkeep {
	const { limits, own, room, cursors } = world;
	const { files, clock, process, timers } = world.context.system;
	let fence: TrailError | undefined;
	let cancel: (() => void) | undefined;
	let round: Promise<void> = Promise.resolve();
	let stopped = false;
	/** By the monotonic clock: the other one may be set back. */
	let lastFullMs = 0;
	let starving = false;
	const nowMs = (): number => clock.monotonicUs() / 1000;

	/** By both clocks: one may be set, the other may rest while the host does. */
	let looked = { atMs: nowMs(), wallMs: clock.nowMs() };

	async function look(): Promise<void> {
		const now = { atMs: nowMs(), wallMs: clock.nowMs() };
		const { generation } = await readOwner(files, own.path);
		looked = now;
		if (generation === own.generation || fence !== undefined) return;
		const lost = takenOver(own.path);
		fence = trailError("closed", "other", lost.message);
		world.report(lost);
	}

	async function renew(): Promise<void> {
		await look();
		if (fence !== undefined) return;
		const owner = ownerNow(process, own.streamId, clock.nowMs());
		await writeOwner(files, own.path, own.generation, owner);
	}

	async function releaseForgotten(): Promise<void> {
		for (const { reader, undelivered } of cursors.expired(limits.readerRetentionMs)) {
			if (undelivered > 0) {
				const sink = { name: reader, code: "reader_released", events: undelivered };
				await world.append(world.context.complete(releaseEvent(sink)));
			}
			await cursors.release(reader);
			room.changed();
		}
	}

	async function attempt(what: string, step: () => Promise<unknown>): Promise<void> {
		try {
			await step();
		} catch (error) {
			world.report(
				folderError(
					"storage_failed",
					limits.dir,
					`${what} in ${limits.dir} failed (${reasonOf(error)}). It is tried again; check the disk and the permissions.`,
					error,
				),
			);
		}
	}

	async function full(): Promise<void> {
		await attempt("Taking over streams", () => world.adopting.run());
		await attempt("Counting what other processes keep", async () =>
			room.setOthers(await othersBytes(files, limits.dir, (id) => world.counted(id))),
		);
	}

	function schedule(doneMs = lastFullMs, inMs = room.tight ? TIGHT_ROUND_MS : ROUND_MS): void {
		lastFullMs = doneMs;
		cancel?.();
		if (stopped) return;
		const again = (): void => {
			cancel = undefined;
			round = next();
		};
		cancel = timers.after(inMs, again, { ref: false });
	}

	async function next(): Promise<void> {
		if (room.tight && (await room.recover())) world.roomChanged();
		const startMs = nowMs();
		// A timer may come due a little early.
		if (startMs - lastFullMs < ROUND_MS - 1 && !starving) return schedule();
		starving = false;
		await attempt("Renewing the lease", renew);
		if (fence === undefined) {
			await full();
			// Not in the first round: whoever opened this trail has yet to open its readers.
			await attempt("Releasing readers", releaseForgotten);
		}
		room.changed();
		world.roomChanged();
		schedule(startMs);
	}

	return {
		async start() {
			await full();
			schedule(nowMs());
		},
		fenced: () => fence,
		overdue: () => Math.max(nowMs() - looked.atMs, clock.nowMs() - looked.wallMs) >= LEASE_MS,
		look: () => attempt("Looking whose stream this is", look),
		hurry() {
			// A round under way plans the next one itself.
			if (cancel !== undefined) schedule();
		},
		starved() {
			// Not over and over, where nothing comes of it.
			if (starving || cancel === undefined) return;
			starving = true;
			schedule(lastFullMs, Math.max(0, lastFullMs + TIGHT_ROUND_MS - nowMs()));
		},
		async stop() {
			stopped = true;
			cancel?.();
			await round;
		},
	};
}
