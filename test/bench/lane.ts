import { EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileTrail, openAudit, type Sink } from "@mcp-trail/audit";
import type { NewEvent } from "@mcp-trail/event";
import type { Measured } from "./rounds.ts";
import { sampleEvent } from "./sample-event.ts";

/** Measures a piece of work that does so many items; `peerCpuUs` is what another process that takes part has used so far. */
export async function measured(
	items: number,
	work: () => Promise<void>,
	peerCpuUs: () => number = () => 0,
): Promise<Measured> {
	const started = process.hrtime.bigint();
	const before = process.cpuUsage();
	const peerBefore = peerCpuUs();
	await work();
	const { user, system } = process.cpuUsage(before);
	const wallUs = Number((process.hrtime.bigint() - started) / 1000n);
	return { items, cpuUs: user + system + peerCpuUs() - peerBefore, wallUs };
}

/** A sink that waits until it is let go, so that only delivery is measured and not recording. */
function gated(sink: Sink): { readonly sink: Sink; open(): void } {
	const gate = new EventEmitter();
	const opened = once(gate, "open");
	const write: Sink["write"] = async (batch, signal) => {
		await opened;
		return sink.write(batch, signal);
	};
	// One connection for all rounds, as the bare side has; a linger would only add its wait for the last batch.
	const limits = { ...sink.limits, lingerMs: 0 };
	const kept = { ...sink, limits, write, close: async () => {} };
	return { sink: kept, open: () => void gate.emit("open") };
}

/** The sample without an id: each time it is recorded it is an event of its own. */
function newEvent(): NewEvent {
	const { id: _, ...event } = sampleEvent();
	return event;
}

/** Records so many events, then measures how long the lane takes to deliver them. */
export async function deliver(
	sink: Sink,
	items: number,
	peerCpuUs?: () => number,
): Promise<Measured> {
	const dir = mkdtempSync(join(tmpdir(), "mcp-trail-lane-"));
	const waiting = gated(sink);
	const audit = openAudit({
		service: "bench",
		trail: fileTrail({ dir, durability: "os" }),
		sinks: [waiting.sink],
		delivery: { writeTimeoutMs: 120_000 },
	});
	await audit.ready;
	for (let recorded = 0; recorded < items; recorded += 500) {
		for (let one = 0; one < 500; one += 1) audit.record(newEvent());
		while (audit.health().queued > 0) await new Promise((resolve) => setTimeout(resolve, 1));
	}
	const work = async (): Promise<void> => {
		waiting.open();
		await audit.flush(AbortSignal.timeout(120_000));
	};
	const result = await measured(items, work, peerCpuUs);
	const { lost } = await audit.close();
	if (lost > 0) throw new Error(`${lost} events were lost while preparing the lane`);
	rmSync(dir, { recursive: true, force: true });
	return result;
}
