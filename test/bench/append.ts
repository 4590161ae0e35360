import { createHash, randomUUID } from "node:crypto";
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileTrail, nodeSystem } from "@mcp-trail/audit";
import type { AuditEvent } from "@mcp-trail/event";
import { heading, report } from "./report.ts";
import { itemsPerSecond, paired, rounds, type Measured, type Side } from "./rounds.ts";
import { sampleEvent } from "./sample-event.ts";

const BATCH = 256;
const events: readonly AuditEvent[] = Array.from({ length: BATCH }, () => sampleEvent());

async function measured(items: number, work: () => Promise<void>): Promise<Measured> {
	const started = process.hrtime.bigint();
	const before = process.cpuUsage();
	for (let done = 0; done < items; done += BATCH) await work();
	const { user, system } = process.cpuUsage(before);
	return {
		items: Math.ceil(items / BATCH) * BATCH,
		cpuUs: user + system,
		wallUs: Number((process.hrtime.bigint() - started) / 1000n),
	};
}

/** The least that any such trail must do: stringify, SHA-256, one writev, one fdatasync. */
async function bareLoop(dir: string, sync: boolean): Promise<Side> {
	const file = await open(join(dir, "bare.ndjson"), "w+");
	const stream = randomUUID();
	let [position, sequence, previous] = [0, 0, ""];
	return {
		name: "loop",
		run: (items) =>
			measured(items, async () => {
				const lines = events.map((event) => {
					sequence += 1;
					const head = JSON.stringify({
						...event,
						integrity: { stream_id: stream, sequence, previous_hash: previous },
					}).slice(0, -2);
					const hash = createHash("sha256")
						.update("mcp-trail/chain/v1\n")
						.update(head)
						.digest("hex");
					previous = `sha256:${hash}`;
					return Buffer.from(`${head},"hash":"${previous}"}}\n`);
				});
				const { bytesWritten } = await file.writev(lines, position);
				position += bytesWritten;
				if (sync) await file.datasync();
			}),
		close: () => file.close(),
	};
}

async function trail(dir: string, durability: "disk" | "os"): Promise<Side> {
	const opened = await fileTrail({ dir: join(dir, "trail"), durability, maxBytes: 16 * 1024 ** 3 })(
		{
			system: nodeSystem(),
			complete: (event) => ({ ...sampleEvent(), ...event }),
			onError: (error) => {
				throw error;
			},
		},
	);
	return {
		name: "trail",
		run: (items) =>
			measured(items, async () => {
				await Promise.all(events.map((event) => opened.append(event)));
			}),
		close: () => opened.close(),
	};
}

/** Trail append against a bare loop that does the same stringify, SHA-256, writev and fdatasync. */
export async function benchAppend(options: {
	readonly rounds: number;
	readonly scale: number;
}): Promise<void> {
	for (const durability of ["disk", "os"] as const) {
		const dir = mkdtempSync(join(tmpdir(), "mcp-trail-append-"));
		const probe = openSync(join(dir, "probe"), "w");
		fdatasyncSync(probe);
		closeSync(probe);
		const sides = [await bareLoop(dir, durability === "disk"), await trail(dir, durability)];
		const results = await rounds(sides, {
			rounds: options.rounds,
			items: Math.max(BATCH * 4, Math.round(20_000 * options.scale)),
		});
		await Promise.all(sides.map((side) => side.close()));
		rmSync(dir, { recursive: true, force: true });
		const [loop, ours] = [results.get("loop") ?? [], results.get("trail") ?? []];
		heading(
			`trail append, durability “${durability}”, ${BATCH} at once, ${options.rounds} interleaved rounds`,
		);
		report(
			"bare loop",
			paired(loop, loop, (_, b) => itemsPerSecond(b)),
			"events/s",
		);
		report(
			"trail: events/s ÷ loop",
			paired(loop, ours, (a, b) => itemsPerSecond(b) / itemsPerSecond(a)),
			"×",
			{ kind: "at_least", value: 0.8 },
		);
	}
}
