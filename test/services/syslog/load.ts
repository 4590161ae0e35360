import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileTrail, openAudit, type Sink } from "@mcp-trail/audit";
import { trailLines } from "../kafka/trail-on-disk.ts";

/** What a load left behind. */
export interface Loaded {
	/** Stored lines of the one stream, in order, the trail's own included. */
	readonly lines: readonly string[];
	/** Tries that failed. */
	readonly retries: number;
}

const DELIVERY_MS = 120_000;

/** Records events through a file trail and one sink, `meanwhile` in the middle, and waits for their delivery. */
export async function load(
	sink: Sink,
	options: {
		readonly events: number;
		/** @default as fast as they go */
		readonly perSecond?: number;
		readonly meanwhile?: () => Promise<void>;
	},
): Promise<Loaded> {
	const { events, perSecond, meanwhile } = options;
	const dir = await mkdtemp(join(tmpdir(), "mcp-trail-syslog-"));
	try {
		const audit = openAudit({
			service: "load",
			trail: fileTrail({ dir, durability: "os" }),
			sinks: [sink],
			delivery: { retryBaseMs: 50, retryCapMs: 500, holdMs: 500 },
			onError: () => undefined,
		});
		await audit.ready;
		const startedMs = performance.now();
		let middle: Promise<void> | undefined;
		for (let at = 0; at < events; at += 1) {
			if (at === Math.floor(events / 2)) middle = meanwhile?.();
			const aheadMs =
				perSecond === undefined ? 0 : (at / perSecond) * 1_000 - (performance.now() - startedMs);
			if (aheadMs > 10 || at % 200 === 0) await sleep(Math.max(aheadMs, 0));
			audit.record({
				type: "ext.com.example.sent",
				severity: "informational",
				target: { kind: "tool", name: `"] [forged@1 a="b"] é€😀\\ = | <86>1 ${at}` },
				labels: { note: `${"long ".repeat(at % 40)}${at}` },
			});
		}
		await middle;
		await audit.flush(AbortSignal.timeout(DELIVERY_MS));
		const retries = audit.health().lanes[0]?.retries ?? 0;
		await audit.close(AbortSignal.timeout(DELIVERY_MS));
		const [lines = []] = (await trailLines(dir)).values();
		return { lines: lines.map((line) => line.toString()), retries };
	} finally {
		await rm(dir, { recursive: true, force: true });
	}
}
