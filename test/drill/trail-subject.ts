import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DeliveryTimes, fileTrail, openAudit, type Sink } from "@mcp-trail/audit";
import { trailLines } from "../services/kafka/trail-on-disk.ts";
import type { Subject } from "./subject.ts";

/** How long delivery may take once the fault is over, also on a machine with much else to do. */
const DELIVERY_MS = 600_000;

/** mcp-trail itself: an audit with a file trail and one sink. */
export async function trailSubject(sink: Sink, delivery: Partial<DeliveryTimes>): Promise<Subject> {
	const dir = await mkdtemp(join(tmpdir(), "mcp-trail-drill-"));
	const audit = openAudit({
		service: "drill",
		trail: fileTrail({ dir: join(dir, "trail"), durability: "os" }),
		sinks: [sink],
		deadLetters: { dir: join(dir, "refused") },
		delivery,
		onError: () => undefined,
	});
	await audit.ready;
	return {
		record: (id) => {
			audit.record({ id, type: "ext.com.example.drilled", severity: "informational" });
		},
		failures: () => audit.health().lanes[0]?.retries,
		finish: async () => {
			try {
				await audit.flush(AbortSignal.timeout(DELIVERY_MS));
				const due = new Set(await idsIn(join(dir, "trail")));
				await audit.close(AbortSignal.timeout(DELIVERY_MS));
				const ids = await idsIn(join(dir, "trail"));
				const last = new Set(ids.filter((id) => !due.has(id)));
				return { ids, last, deadLetters: letters(dir) };
			} finally {
				await rm(dir, { recursive: true, force: true });
			}
		},
	};
}

async function idsIn(trail: string): Promise<readonly string[]> {
	const lines = [...(await trailLines(trail)).values()].flat();
	return lines.map((line) => idOf(line.toString()));
}

function idOf(line: string): string {
	const { id }: { id: string } = JSON.parse(line);
	return id;
}

function letters(dir: string): readonly string[] {
	const folder = join(dir, "refused");
	if (!existsSync(folder)) return [];
	return readdirSync(folder).flatMap((name) =>
		readFileSync(join(folder, name), "utf8")
			.split("\n")
			.filter((text) => text !== "")
			.map((text) => {
				const { line }: { line: string } = JSON.parse(text);
				return idOf(line);
			}),
	);
}
