import { describe, expect, it } from "vitest";
import { openAudit } from "../open-audit.ts";
import type { Sink } from "../sink.ts";
import type { OpenTrail } from "../trail.ts";
import { memoryTrail } from "../trail/memory-trail.ts";

const paid = { type: "ext.com.example.paid", severity: "informational" } as const;

const slow = (inFlight: number): Sink & { readonly got: number[] } => {
	const got: number[] = [];
	return {
		name: "slow",
		delivery: "at_least_once",
		ordered: false,
		limits: { events: 2, lingerMs: 0, inFlight },
		got,
		async write(batch) {
			await new Promise((resolve) => setTimeout(resolve, 30));
			got.push(...batch.map(({ sequence }) => sequence));
		},
	};
};

/** A trail whose cursors cannot be moved. */
const uncommitted: OpenTrail = async (context) => {
	const inner = await memoryTrail()(context);
	return {
		...inner,
		async reader(name, from) {
			const reader = await inner.reader(name, from);
			return { ...reader, commit: () => Promise.reject(new Error("no space for a cursor")) };
		},
	};
};

describe("a lane that drains", () => {
	it.each([1, 2, 8])("ends when all is delivered, with %i batches under way", async (inFlight) => {
		const sink = slow(inFlight);
		const audit = openAudit({ service: "tickets", sinks: [sink], closeTimeoutMs: 3_000 });
		await audit.ready;
		for (let n = 0; n < 5; n++) audit.record(paid);
		const report = await audit.close();
		expect(report).toMatchObject({ clean: true, undelivered: { slow: 0 } });
		expect(new Set(sink.got).size).toBe(7);
	});

	it("gives up a sink that fails, with several batches under way", async () => {
		const sink = { ...slow(4), write: () => Promise.reject(new Error("down")) };
		const options = { service: "tickets", closeTimeoutMs: 3_000, onError: () => {} };
		const audit = openAudit({ ...options, sinks: [sink] });
		await audit.ready;
		audit.record(paid);
		expect(await audit.close()).toMatchObject({ clean: true, undelivered: { slow: 3 } });
	});

	it("does not wait for events it has delivered, where their commit failed", async () => {
		const sink = slow(1);
		const audit = openAudit({
			service: "tickets",
			sinks: [sink],
			trail: uncommitted,
			closeTimeoutMs: 3_000,
			onError: () => {},
		});
		await audit.ready;
		audit.record(paid);
		const report = await audit.close();
		expect(report.clean).toBe(true);
		expect(sink.got).toEqual([1, 2, 3]);
	});
});
