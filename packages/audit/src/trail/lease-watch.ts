import type { System } from "../system.ts";
import { isNear, LEASE_MS, leaseRenewedMs, type Owner } from "./owner.ts";

/** Judges whether owners live by watching their leases, so that clocks of two hosts need not agree. */
export interface LeaseWatch {
	/** True while the owner may still write or deliver; one of another host for a lease's time after its last renewal was seen. */
	lives(owner: Owner | undefined): Promise<boolean>;
}

/** Clocks that differ by less than this never cost a living owner its stream. */
const CLOCKS_APART_MS = 15 * 60_000;
/** Owners watched at a time; beyond it watching begins anew. */
const MAX_WATCHED = 10_000;

/** Has seen no lease yet. */
export function leaseWatch(
	{ files, process, clock }: Pick<System, "files" | "process" | "clock">,
	dir: string,
): LeaseWatch {
	const seen = new Map<string, { readonly renewedMs: number; readonly sinceUs: number }>();
	return {
		async lives(owner) {
			if (owner === undefined || owner.released) return false;
			if (isNear(owner, process)) return process.isAlive(owner);
			const renewedMs = await leaseRenewedMs(files, dir, owner);
			// So old that no difference between two clocks explains it: nobody waits for a host long gone.
			if (clock.nowMs() - renewedMs >= CLOCKS_APART_MS) return false;
			const key = JSON.stringify([owner.host, owner.pidSpace, owner.pid, owner.leaseStream]);
			const known = seen.get(key);
			if (known?.renewedMs === renewedMs)
				return clock.monotonicUs() - known.sinceUs < LEASE_MS * 1000;
			if (seen.size >= MAX_WATCHED) seen.clear();
			seen.set(key, { renewedMs, sinceUs: clock.monotonicUs() });
			return true;
		},
	};
}
