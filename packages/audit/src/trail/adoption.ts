import type { AuditEvent, RecoveryDetail } from "@mcp-trail/event";
import type { Position, TrailContext } from "../trail.ts";
import { adoptDead } from "./adopt.ts";
import { writeJson } from "./json-file.ts";
import { RECOVERED } from "./layout.ts";
import { leaseWatch } from "./lease-watch.ts";
import { recoveryEvents } from "./own-events.ts";
import { removeStream, type OwnedStream } from "./owned-stream.ts";
import type { Segment } from "./scan-segments.ts";
import { folderError, reasonOf } from "./trail-error.ts";

/** What {@link adoption} works on. */
export interface AdoptionWorld {
	readonly context: TrailContext;
	readonly dir: string;
	readonly ownStreamId: string;
	has(streamId: string): boolean;
	/** From now on the stream is read and pruned with the others. */
	add(stream: OwnedStream, lastSequence: number): Promise<void>;
	drop(stream: OwnedStream): void;
	append(event: AuditEvent): Promise<Position>;
	report(error: Error): void;
	damaged(segment: Segment, offset: number): void;
}

/** Takes over dead streams and records how each ended, once. */
export interface Adoption {
	/** One look through the folder; what could not be recorded is tried again at the next. */
	run(): Promise<void>;
}

interface Unrecorded {
	readonly stream: OwnedStream;
	readonly recovery: RecoveryDetail;
	/** Ids of what is recorded of it, should the next not be. */
	readonly told: Set<unknown>;
}

/** Starts with nothing adopted. */
export function adoption(world: AdoptionWorld): Adoption {
	const { context } = world;
	const { system } = context;
	const waiting = new Set<Unrecorded>();
	const leases = leaseWatch(system, world.dir);

	async function record(one: Unrecorded): Promise<void> {
		const { stream, recovery, told } = one;
		for (const event of stream.unrecorded ? recoveryEvents(stream.unrecorded) : []) {
			if (told.has(event.id)) continue;
			await world.append(context.complete(event));
			told.add(event.id);
		}
		delete stream.unrecorded;
		if (!world.has(stream.streamId)) {
			waiting.delete(one);
			return;
		}
		const empty = recovery.last_sequence === 0 && recovery.torn_bytes === undefined;
		if (empty) {
			world.drop(stream);
			await removeStream(system.files, stream.path);
		} else {
			await writeJson(system.files, stream.path, RECOVERED, recovery);
		}
		waiting.delete(one);
	}

	return {
		async run() {
			const adopted = await adoptDead({
				system,
				dir: world.dir,
				ownStreamId: world.ownStreamId,
				leases,
				has: (streamId) => world.has(streamId),
				report: (error) => world.report(error),
				damaged: (segment, offset) => world.damaged(segment, offset),
			});
			for (const { stream, lastSequence, recovery, losses } of adopted) {
				if (recovery !== undefined) {
					stream.unrecorded = { recovery, losses };
					waiting.add({ stream, recovery, told: new Set() });
				}
				await world.add(stream, lastSequence);
			}
			for (const one of waiting) {
				try {
					await record(one);
				} catch (error) {
					world.report(
						folderError(
							"storage_failed",
							one.stream.path,
							`The end of the stream ${one.stream.path} could not be recorded (${reasonOf(error)}). It will be tried again; check the disk.`,
							error,
						),
					);
				}
			}
		},
	};
}
