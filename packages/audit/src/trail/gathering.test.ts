import type { AuditEvent } from "@mcp-trail/event";
import { describe, expect, it } from "vitest";
import { simulatedWorld } from "../testing/simulated-world.ts";
import { testEvent } from "../testing/trail-check-kit.ts";
import { fileTrail, type FileTrailOptions } from "./file-trail.ts";
import { unwaitedOf } from "./unwaited.ts";

async function recording(options: Partial<FileTrailOptions> = {}) {
	const world = simulatedWorld(7);
	const system = world.start();
	const trail = await world.run(() =>
		fileTrail({ dir: "/trail", durability: "os", ...options })({
			system,
			complete: (event): AuditEvent => ({ ...testEvent(0), ...event }),
			onError(error) {
				throw error;
			},
		}),
	);
	await world.run(() => trail.append(testEvent(0)));
	let stored = 0;
	let storedMs = 0;
	const receipt = {
		stored() {
			stored++;
			storedMs = world.nowMs();
		},
		refused: () => expect.fail("refused"),
	};
	const record = (event: Partial<AuditEvent> = {}, urgent = false): void =>
		unwaitedOf(trail)?.({ ...testEvent(1), ...event }, receipt, false, 500, urgent);
	return { world, trail, record, stored: () => stored, storedMs: () => storedMs };
}

describe("what nobody waits for", () => {
	it("[bounded.gathered] is gathered for 10 ms and written at once", async () => {
		const { world, record, stored } = await recording();
		record();
		await world.pass(6);
		record();
		expect(stored()).toBe(0);
		await world.pass(6);
		// Both share the write that the first one waited for.
		expect(stored()).toBe(2);
	});

	it.each([
		["an event about to act", { phase: "intent" }],
		["one of high severity", { severity: "high" }],
		["one of critical severity", { severity: "critical" }],
	] as const)("[bounded.gathered] is written without delay with %s", async (_, event) => {
		const { world, record, stored } = await recording();
		record();
		record(event);
		await world.pass(2);
		expect(stored()).toBe(2);
	});

	it("[bounded.gathered] is written without delay where the recorder's bound is near", async () => {
		const { world, record, stored } = await recording();
		record({}, true);
		await world.pass(2);
		expect(stored()).toBe(1);
	});

	it("[bounded.gathered] waits no longer where half of a small queue is full", async () => {
		const { world, record, stored } = await recording({ maxQueueEvents: 8 });
		for (let index = 0; index < 4; index++) record();
		await world.pass(2);
		expect(stored()).toBe(4);
	});

	it.each(["flush", "append", "close"] as const)("goes with a %s", async (what) => {
		const { world, trail, record, stored, storedMs } = await recording();
		record();
		const startedMs = world.nowMs();
		await world.run(async () => {
			if (what === "append") await trail.append(testEvent(2));
			else if (what === "flush") await trail.flush(new AbortController().signal);
			else await trail.close();
		});
		expect(stored()).toBe(1);
		expect(storedMs() - startedMs).toBeLessThan(10);
	});

	it("is gathered again after a write, and none is forgotten", async () => {
		const { world, record, stored } = await recording();
		for (let index = 1; index <= 40; index++) {
			record();
			await world.pass(1);
		}
		await world.pass(12);
		expect(stored()).toBe(40);
	});
});
