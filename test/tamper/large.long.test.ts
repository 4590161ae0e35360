import { expect, it } from "vitest";
import { compiled } from "../compiled.ts";
import { verifyMany, verifyManyProgram } from "./many.ts";

const program = compiled(verifyManyProgram);

const events = Number(process.env["TAMPER_EVENTS"] ?? 1_000_000);

it(`[tamper.constant_memory] verifies ${events} events in memory that does not grow`, async () => {
	const { records, faults, edited, growthBytes } = await verifyMany(program(), events);
	expect({ records, faults }).toEqual({ records: events, faults: [["edited", edited]] });
	expect(growthBytes).toBeLessThan(2_000_000);
});
