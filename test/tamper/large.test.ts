import { expect, it } from "vitest";
import { compiled } from "../compiled.ts";
import { verifyMany, verifyManyProgram } from "./many.ts";

const program = compiled(verifyManyProgram);

it("[tamper.constant_memory] verifies 50,000 events in memory that does not grow", async () => {
	const { records, faults, edited, growthBytes } = await verifyMany(program(), 50_000);
	expect({ records, faults }).toEqual({ records: 50_000, faults: [["edited", edited]] });
	expect(growthBytes).toBeLessThan(2_000_000);
}, 120_000);
