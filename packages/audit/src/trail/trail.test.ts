import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import type { AuditEvent, NewEvent } from "@mcp-trail/event";
import { describe, expect, it } from "vitest";
import { nodeSystem } from "../system/node-system.ts";
import type { System } from "../system.ts";
import { checkTrail } from "../testing/check-trail.ts";
import type { TrailUnderCheck } from "../testing/trail-check-kit.ts";
import { simulatedWorld } from "../testing/simulated-world.ts";
import type { OpenTrail, TrailContext } from "../trail.ts";
import { fileTrail } from "./file-trail.ts";
import { testEvent } from "../testing/trail-check-kit.ts";
import { memoryTrail } from "./memory-trail.ts";

function contextOf(system: System): TrailContext {
	let count = 0;
	return {
		system,
		complete: (event: NewEvent): AuditEvent => ({
			schema_version: "1.0",
			id: `01a1f874-3e4b-7c3e-9f10-${String(count++).padStart(12, "0")}`,
			time: new Date(system.clock.nowMs()).toISOString(),
			producer: { recorder: "mcp-trail/0.0.0", service: "check" },
			...event,
		}),
		onError(error) {
			throw error;
		},
	};
}

async function openIn(dir: string, open: OpenTrail, system: System): Promise<TrailUnderCheck> {
	const trail = await open(contextOf(system));
	return {
		trail,
		async reopen() {
			await trail.close();
			return openIn(dir, open, system);
		},
		dispose: () => rm(dir, { recursive: true, force: true }),
	};
}

describe("memoryTrail", () => {
	checkTrail({
		test: it,
		open: async (options) => ({ trail: await memoryTrail(options)(contextOf(nodeSystem())) }),
	});

	it("keeps the newest without a reader, however many come at once", async () => {
		const trail = await memoryTrail({ maxEvents: 20 })(contextOf(nodeSystem()));
		const burst = await Promise.allSettled(
			Array.from({ length: 30 }, (_, at) => trail.append(testEvent(at))),
		);
		// As many as the queue holds are taken.
		expect(burst.filter(({ status }) => status === "fulfilled")).toHaveLength(20);
		await expect(trail.append(testEvent(30))).resolves.toMatchObject({});
		await trail.close();
	});
});

describe.each(["disk", "os"] as const)("fileTrail, durability %s", (durability) => {
	checkTrail({
		test: it,
		async open(options) {
			const dir = await mkdtemp(`${tmpdir()}/trail-`);
			return openIn(dir, fileTrail({ dir, durability, ...options }), nodeSystem());
		},
	});
});

describe("fileTrail in a simulation", () => {
	const world = simulatedWorld(1);
	let folders = 0;
	checkTrail({
		test: it,
		run: (work) => world.run(work),
		async open(options) {
			const dir = `/trail-${folders++}`;
			const { trail, reopen } = await openIn(dir, fileTrail({ dir, ...options }), world.start());
			return reopen === undefined ? { trail } : { trail, reopen };
		},
	});
});
