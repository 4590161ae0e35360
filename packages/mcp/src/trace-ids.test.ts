import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatTraceparent, newSpanId, newTraceId, parseTraceparent } from "./trace-ids.ts";

describe("trace ids", () => {
	it("mints ids of the W3C form, none twice across several pools", () => {
		const traces = Array.from({ length: 2000 }, () => newTraceId());
		const spans = Array.from({ length: 2000 }, () => newSpanId());
		for (const id of traces) expect(id).toMatch(/^[0-9a-f]{32}$/);
		for (const id of spans) expect(id).toMatch(/^[0-9a-f]{16}$/);
		expect(new Set(traces).size).toBe(2000);
		expect(new Set(spans).size).toBe(2000);
	});

	it("reads what it writes", () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 255 }), (flags) => {
				const ids = { traceId: newTraceId(), spanId: newSpanId(), flags };
				expect(parseTraceparent(formatTraceparent(ids))).toEqual(ids);
			}),
		);
	});

	const good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

	it("reads a later version by its first four fields (Trace Context §4.3)", () => {
		const ids = parseTraceparent(good);
		expect(parseTraceparent(`cc${good.slice(2)}`)).toEqual(ids);
		expect(parseTraceparent(`cc${good.slice(2)}-what-ever`)).toEqual(ids);
	});

	it.each([
		["nothing", undefined],
		["a number", 1],
		["an object", { traceparent: good }],
		["an empty string", ""],
		["a zero trace id", `00-${"0".repeat(32)}-00f067aa0ba902b7-01`],
		["a zero span id", `00-4bf92f3577b34da6a3ce929d0e0e4736-${"0".repeat(16)}-01`],
		["upper case", good.toUpperCase()],
		["version ff", `ff${good.slice(2)}`],
		["more than version 00 has", `${good}-extra`],
		["a blank before", ` ${good}`],
		["a line feed behind", `${good}\n`],
		["flags of one digit", good.slice(0, -1)],
		["a megabyte", `cc${good.slice(2)}-${"x".repeat(1_000_000)}`],
	])("refuses %s", (_name, value) => {
		expect(parseTraceparent(value)).toBeUndefined();
	});

	it("reads no arbitrary text", () => {
		const read = fc.sample(fc.string(), 1000).filter((text) => parseTraceparent(text));
		expect(read).toEqual([]);
	});
});
