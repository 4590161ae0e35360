import { memberOrder, patterns, type NewEvent } from "@mcp-trail/event";
import { describe, expect, it } from "vitest";
import { nodeSystem } from "../system/node-system.ts";
import { completion } from "./completion.ts";

const request: NewEvent = {
	type: "mcp.request",
	phase: "outcome",
	severity: "informational",
	outcome: { status: "success" },
	labels: { a: "1" },
};
const producer = { recorder: "mcp-trail/0", service: "s" };

function at(nowMs: () => number): (event: NewEvent) => ReturnType<ReturnType<typeof completion>> {
	const system = nodeSystem();
	return completion({ producer, system: { ...system, clock: { ...system.clock, nowMs } } });
}

describe("completion", () => {
	it("adds id, version, time and producer in the order of the format", () => {
		const event = at(() => 1_763_633_730_123)(request);
		const order = memberOrder[""] ?? [];
		const names = Object.keys(event);
		expect(names).toEqual(order.filter((name) => names.includes(name)));
		expect(event).toMatchObject({
			schema_version: "1.0",
			time: "2025-11-20T10:15:30.123Z",
			producer,
		});
		expect(event.id).toMatch(new RegExp(patterns.id7, "u"));
		expect(
			event.id.startsWith((1_763_633_730_123.).toString(16).padStart(12, "0").slice(0, 8)),
		).toBe(true);
	});

	it("writes every time as the format has it, whichever way the clock goes", () => {
		const times = [
			0, 1, 9, 10, 99, 100, 999, 1000, 1001, 59_999, 60_000, 5, 1_763_633_730_123, 7.9,
		];
		let index = -1;
		const complete = at(() => times[index] ?? 0);
		for (const [place, ms] of times.entries()) {
			index = place;
			expect(complete(request).time).toBe(new Date(Math.floor(ms)).toISOString());
		}
	});

	it("never gives two events one id, and leaves what it is given as it was", () => {
		const complete = at(() => 1_763_633_730_123);
		const before = JSON.stringify(request);
		const ids = new Set(Array.from({ length: 5000 }, () => complete(request).id));
		expect(ids.size).toBe(5000);
		expect(JSON.stringify(request)).toBe(before);
	});

	it("keeps the id that it is given, since another event names it", () => {
		const id = "01a1f875-a534-7d44-b0aa-5e6f708192a3";
		expect(at(() => 0)({ ...request, id }).id).toBe(id);
		expect(at(() => 0)({ ...request, id: "forged" }).id).not.toBe("forged");
	});

	it("writes an event with its time as one without, and nothing of its own in the place of what is added", () => {
		const time = "2026-11-20T10:15:30.123Z";
		const complete = at(() => 0);
		const late = complete({ ...request, time });
		expect(Object.keys(late)).toEqual(Object.keys(complete(request)));
		for (const forged of ["schema_version", "producer", "integrity"])
			expect({ ...complete({ ...request, time, [forged]: "forged" }), id: "" }).toEqual({
				...late,
				id: "",
			});
	});

	it("keeps the time that it is given", () => {
		const time = "2026-11-20T10:15:30.123Z";
		expect(at(() => 0)({ ...request, time }).time).toBe(time);
	});
});
