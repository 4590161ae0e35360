import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { DeliveryTimes, Sink } from "@mcp-trail/audit";
import { UUID7_RANDOM_BYTES, uuid7 } from "@mcp-trail/event";
import { type Arrivals, arrivals } from "./arrivals.ts";
import type { DrillTarget } from "./drill-target.ts";
import { faultProxy } from "./fault-proxy.ts";
import type { Fault } from "./faults.ts";
import type { Subject } from "./subject.ts";
import { trailSubject } from "./trail-subject.ts";

/** How hard and how long a drill is. */
export interface DrillScale {
	/** The fault lasts so long at least, and until the subject has noticed it twice. */
	readonly faultMs: number;
	/** Events recorded before and after the fault, and at least so many within it. */
	readonly events: number;
	readonly perSecond: number;
	/** Deadline of one request while the destination is slow. */
	readonly timeoutMs: number;
	readonly delivery: Partial<DeliveryTimes>;
}

/** Less than two seconds for each drill, most of it `Retry-After`. */
export const SHORT: DrillScale = {
	faultMs: 0,
	events: 12,
	perSecond: 2_000,
	timeoutMs: 250,
	delivery: { retryBaseMs: 5, retryCapMs: 50, holdMs: 20 },
};

/** What `npm run drill` does: an outage of ten seconds. */
export const FULL: DrillScale = {
	faultMs: 10_000,
	events: 500,
	perSecond: 250,
	timeoutMs: 2_000,
	delivery: { retryBaseMs: 100, retryCapMs: 2_000, holdMs: 1_000 },
};

/** What came of a drill. */
export interface DrillResult extends Arrivals {
	readonly target: string;
	readonly fault: Fault;
	/** Undefined: not one of our sinks. */
	readonly delivery: Sink["delivery"] | undefined;
	readonly ordered: boolean;
	readonly confirmsLater: boolean;
	/** Tries that failed, if the subject can tell. */
	readonly failures: number | undefined;
}

/** Makes what carries the events to `url`; without it mcp-trail does, with the target's sink. */
export type MakeSubject = (url: string, timeoutMs: number) => Promise<Subject>;

/** Long enough for a slow machine: outside `slow` no deadline may pass, or events would come twice. */
const PATIENT_MS = 20_000;
const NOTICE_MS = 60_000;

/** Lets a fault happen to one destination while events are recorded, and counts what arrived. */
export async function drill(
	target: DrillTarget,
	fault: Fault,
	scale: DrillScale,
	other?: MakeSubject,
): Promise<DrillResult> {
	const { name } = fault;
	const destination = await target.start();
	const timeoutMs = name === "slow" ? scale.timeoutMs : PATIENT_MS;
	const proxy = await faultProxy(destination.url, target, timeoutMs);
	const sink = destination.sink(proxy.url, { timeoutMs });
	try {
		const subject = await (other?.(proxy.url, timeoutMs) ?? trailSubject(sink, scale.delivery));
		const load = async (ids: readonly string[]): Promise<void> => {
			const startedAt = performance.now();
			for (const [at, id] of ids.entries()) {
				const aheadMs = (at / scale.perSecond) * 1000 - (performance.now() - startedAt);
				if (aheadMs > 10) await sleep(aheadMs);
				subject.record(id);
			}
		};
		const during = newIds(Math.max(scale.events, (scale.faultMs / 1000) * scale.perSecond));
		const refuses = name === "half_accepted" && destination.poison !== undefined;
		const poison = new Set(refuses ? [2, 7, 8].map((at) => during[at] ?? "") : []);

		await load(newIds(scale.events));
		destination.poison?.(poison);
		if (!refuses) await proxy.begin(name);
		const before = subject.failures() ?? 0;
		await load(during);
		const deadline = performance.now() + NOTICE_MS;
		const noticed = (): boolean => refuses || (subject.failures() ?? Infinity) >= before + 2;
		while (!noticed()) {
			if (performance.now() > deadline) throw new Error(`${target.name} never met ${name}`);
			// What gets through may have been all there was.
			await load(newIds(1));
			await sleep(20);
		}
		await proxy.end();
		await load(newIds(scale.events));

		const failures = subject.failures();
		const { ids: recorded, last, deadLetters } = await subject.finish();
		const arrived = await destination.received();
		return {
			target: target.name,
			fault,
			delivery: other ? undefined : sink.delivery,
			ordered: sink.ordered,
			confirmsLater: target.confirmsLater ?? false,
			failures,
			...arrivals({ recorded, last, arrived, deadLetters, poison }),
		};
	} finally {
		await proxy.close();
		await sink.close?.(AbortSignal.timeout(1_000));
		await destination.close();
	}
}

function newIds(count: number): readonly string[] {
	return Array.from({ length: count }, () => uuid7(Date.now(), randomBytes(UUID7_RANDOM_BYTES)));
}
