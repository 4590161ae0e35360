import type { AuditEvent } from "@mcp-trail/event";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { System } from "../system.ts";
import { simulatedWorld, type SimulatedWorld } from "../testing/simulated-world.ts";
import { drain, testEvent } from "../testing/trail-check-kit.ts";
import type { Loss, Trail } from "../trail.ts";
import { adoptedLosses } from "./adopted-losses.ts";
import { fileTrail } from "./file-trail.ts";
import { lossCauses, lossLedger } from "./loss-ledger.ts";
import { decodeLosses, encodeLosses, LOSS_BYTES } from "./loss-slot.ts";

const loss = (cause: Loss["cause"], events: number, sinceMs = 0): Loss => ({
	cause,
	events,
	actingEvents: 0,
	sinceMs,
	untilMs: sinceMs,
});

const told = (streamTotal: number, one: Loss) => ({ streamTotal, loss: one });

describe("the ledger", () => {
	it("adds up by cause, and covers the whole span of time", () => {
		const ledger = lossLedger(() => {});
		ledger.count({ ...loss("disk_full", 2, 50), actingEvents: 1 });
		ledger.count(loss("other", 1, 10));
		ledger.count({ ...loss("disk_full", 3, 20), actingEvents: 2 });
		expect(ledger.unrecorded()).toEqual([
			{ cause: "disk_full", events: 5, actingEvents: 3, sinceMs: 20, untilMs: 50 },
			loss("other", 1, 10),
		]);
		expect([ledger.total, ledger.pending, ledger.recorded]).toEqual([6, 6, 0]);
	});

	it("never forgets what was taken and not recorded", () => {
		const ledger = lossLedger(() => {});
		ledger.count(loss("other", 4));
		const taken = ledger.take();
		expect(ledger.pending).toBe(0);
		expect(ledger.unrecorded()).toEqual([loss("other", 4)]);
		ledger.count(loss("other", 1));
		if (taken !== undefined) ledger.restore(taken);
		expect(ledger.take()).toEqual(loss("other", 5));
		ledger.settle(loss("other", 5));
		expect([ledger.recorded, ledger.total, ledger.unrecorded().length]).toEqual([5, 5, 0]);
	});

	it("says when it has changed", () => {
		let changes = 0;
		const ledger = lossLedger(() => changes++);
		ledger.count(loss("other", 0));
		expect(changes).toBe(0);
		ledger.count(loss("other", 1));
		const taken = ledger.take();
		if (taken !== undefined) ledger.settle(taken);
		expect(changes).toBe(2);
	});
});

it("gives back from the slot what was put there", () => {
	const record = fc.record({
		events: fc.integer({ min: 1 }),
		actingEvents: fc.nat(),
		sinceMs: fc.nat(),
		untilMs: fc.nat(),
	});
	const losses = fc
		.subarray([...lossCauses])
		.chain((causes) =>
			fc.tuple(...causes.map((cause) => record.map((rest) => ({ cause, ...rest })))),
		);
	fc.assert(
		fc.property(fc.nat(), fc.nat(), losses, (total, recorded, unrecorded) => {
			const bytes = encodeLosses({ total, recorded, unrecorded });
			expect(bytes).toHaveLength(LOSS_BYTES);
			expect(decodeLosses(bytes)).toEqual({ total, recorded, unrecorded });
		}),
	);
	expect(decodeLosses(undefined)).toEqual({ total: 0, recorded: 0, unrecorded: [] });
});

it("takes off what the stream tells of and the slot did not yet know", () => {
	const slot = { total: 12, recorded: 2, unrecorded: [loss("disk_full", 7), loss("other", 3)] };
	const end = { lastSequence: 9 };
	expect(adoptedLosses(slot, { ...end, lossRecords: [] })).toEqual(slot.unrecorded);
	expect(
		adoptedLosses(slot, {
			...end,
			lossRecords: [told(2, loss("other", 2)), told(9, loss("disk_full", 7))],
		}),
	).toEqual([loss("other", 3)]);
	expect(adoptedLosses(slot, { ...end, lossRecords: [told(5, loss("other", 3))] })).toEqual([
		loss("disk_full", 7),
	]);
});

describe("what a dead stream lost", () => {
	const dir = "/trail";
	/** As a process finds it: a trail whose disk failed for a while, dead before it could say so. */
	async function abandoned(world: SimulatedWorld, segmentBytes = 1 << 20): Promise<void> {
		const process = world.start();
		const trail = await open(world, process, segmentBytes);
		await world.run(() => trail.append(testEvent(0)));
		world.faults.syncError = 1;
		await world.run(() =>
			Promise.allSettled(Array.from({ length: 7 }, (_, index) => trail.append(testEvent(index)))),
		);
		world.faults.syncError = 0;
		trail.lost({ events: 5, actingEvents: 0, cause: "other", sinceMs: 1, untilMs: 2 });
		await world.pass(500);
		process.kill();
	}

	const open = (world: SimulatedWorld, system: System, segmentBytes = 1 << 20): Promise<Trail> =>
		world.run(() =>
			fileTrail({ dir, segmentBytes })({
				system,
				complete: (event): AuditEvent => ({
					...testEvent(0),
					id: Buffer.from(system.random(16)).toString("hex"),
					...event,
				}),
				onError: () => {},
			}),
		);

	it("[honest.lost] is told under the same ids by whoever tells it again, wherever the one before died", async () => {
		let again = 0;
		for (let step = 0; step < 24; step += 1) {
			const world = simulatedWorld(100 + step);
			await abandoned(world);
			const second = world.start();
			void fileTrail({ dir })({
				system: second,
				complete: (event): AuditEvent => ({ ...testEvent(0), id: "second", ...event }),
				onError: () => {},
			});
			await world.pass(2 + step / 2);
			second.kill();
			const third = await open(world, world.start());
			const reader = await world.run(() => third.reader("sink"));
			await world.run(() => third.close());
			const events = await world.run(() => drain(reader, Infinity));
			const repeated = events.flatMap(({ event }) => (event.loss ? [event] : []));
			const once = new Map(repeated.map((event) => [event.id, event.loss?.events ?? 0]));
			again += repeated.length - once.size;
			expect([step, [...once.values()].reduce((sum, many) => sum + many, 0)]).toEqual([step, 12]);
		}
		// Or nobody died in the moment that is meant.
		expect(again).toBeGreaterThan(0);
	});
});
