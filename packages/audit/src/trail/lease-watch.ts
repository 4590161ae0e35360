import type { System } from "../system.ts";
import { isNear, LEASE_MS, leaseRenewedMs, type Owner } from "./owner.ts";

/** Judges whether owners live by watching their leases, so that clocks of two hosts need not agree. */
export interface LeaseWatch {
	/** True while the owner may still write or deliver; one of another host until its lease was seen unchanged for a lease's time. */
	lives(owner: Owner | undefined): Promise<boolean>;
}

/** Clocks that differ by less than this never cost a living owner its stream. */
const CLOCKS_APART_MS = 15 * 60_000;
/** Owners watched at a time; beyond it watching begins anew. */
const MAX_WATCHED = 10_000;

/** Longer ones count as this long: whoever looks stood still, and the owner, that may have been stopped with it, gets time to renew. */
const MAX_BETWEEN_LOOKS_MS = LEASE_MS / 2;

/** A lease as it was seen last, and for how long it has been seen so. */
interface Watched {
	readonly renewedMs: number;
	lookedUs: number;
	unchangedUs: number;
}

/** Has seen no lease yet. */
export function leaseWatch(
	{ files, process, clock }: Pick<System, "files" | "process" | "clock">,
	dir: string,
): LeaseWatch {
	const seen = new Map<string, Watched>();
	return {
		async lives(owner) {
			if (owner === undefined || owner.released) return false;
			if (isNear(owner, process)) return process.isAlive(owner);
			const renewedMs = await leaseRenewedMs(files, dir, owner);
			const key = JSON.stringify([owner.host, owner.pidSpace, owner.pid, owner.leaseStream]);
			const lookedUs = clock.monotonicUs();
			const known = seen.get(key);
			if (known?.renewedMs === renewedMs) {
				known.unchangedUs += Math.min(lookedUs - known.lookedUs, MAX_BETWEEN_LOOKS_MS * 1000);
				known.lookedUs = lookedUs;
				return known.unchangedUs < LEASE_MS * 1000;
			}
			// So old that no difference between two clocks explains it: nobody waits for a host long gone.
			if (known === undefined && clock.nowMs() - renewedMs >= CLOCKS_APART_MS) return false;
			if (seen.size >= MAX_WATCHED) seen.clear();
			seen.set(key, { renewedMs, lookedUs, unchangedUs: 0 });
			return true;
		},
	};
}
