import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Audit, fileTrail, openAudit, type Sink } from "@mcp-trail/audit";

/** An audit with a file trail of its own, which keeps count of what its sinks reject. */
export interface Pipeline {
	readonly audit: Audit;
	readonly dir: string;
	/** Rejected writes by the code of their error. */
	readonly rejections: ReadonlyMap<string, number>;
	/** Records so many events a second until the signal aborts; returns how many. */
	load(perSecond: number, signal: AbortSignal): Promise<number>;
	/** Waits until everything is delivered, then closes. */
	finish(withinMs: number): Promise<void>;
	remove(): Promise<void>;
}

/** Opens the pipeline; it is impatient, so that a suite does not wait for back-off to end. */
export async function pipeline(sinks: readonly Sink[]): Promise<Pipeline> {
	const dir = await mkdtemp(join(tmpdir(), "mcp-trail-pipeline-"));
	const rejections = new Map<string, number>();
	const audit = openAudit({
		service: "fault-suite",
		trail: fileTrail({ dir: join(dir, "trail") }),
		sinks: sinks.map((sink) => counted(sink, rejections)),
		deadLetters: { dir: join(dir, "refused") },
		delivery: { retryBaseMs: 50, retryCapMs: 1_000, holdMs: 1_000 },
		onError: () => undefined,
	});
	await audit.ready;
	let recorded = 0;
	return {
		audit,
		dir,
		rejections,
		load: async (perSecond, signal) => {
			const startedAt = performance.now();
			const before = recorded;
			while (!signal.aborted) {
				const due = before + ((performance.now() - startedAt) / 1_000) * perSecond;
				for (; recorded < due; recorded++) audit.record(numbered(recorded));
				await sleep(20);
			}
			return recorded - before;
		},
		finish: async (withinMs) => {
			await audit.flush(AbortSignal.timeout(withinMs));
			await audit.close(AbortSignal.timeout(30_000));
		},
		remove: async () => rm(dir, { recursive: true, force: true }),
	};
}

const KEYS = 24;

function numbered(n: number): Parameters<Audit["record"]>[0] {
	return {
		type: "ext.com.example.paid",
		severity: "informational",
		operation: { id: `operation-${n % KEYS}`, source: "local" },
		labels: { n: String(n), note: "x".repeat(200) },
	};
}

function counted(sink: Sink, rejections: Map<string, number>): Sink {
	return {
		...sink,
		write: async (batch, signal) => {
			try {
				await sink.write(batch, signal);
			} catch (error) {
				const { code }: { code?: unknown } = Object(error);
				rejections.set(String(code), (rejections.get(String(code)) ?? 0) + 1);
				throw error;
			}
		},
	};
}
