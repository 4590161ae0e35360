import { describe, expect, it } from "vitest";
import {
	causes,
	cells,
	expected,
	impossible,
	IMPOSSIBLE_CELLS,
	sdks,
	sides,
	transports,
} from "./expected.ts";

describe("the table", () => {
	it("[complete.matrix_cells] has a line for every cell, and names every cell that cannot occur", () => {
		expect(cells).toHaveLength(sdks.length * transports.length * causes.length * sides.length);
		const reasons = cells.map(impossible).filter((reason) => reason !== undefined);
		expect(reasons).toHaveLength(IMPOSSIBLE_CELLS);
		expect(cells.length - reasons.length).toBe(234);
	});

	it("gives a reason to every outcome but success", () => {
		for (const cell of cells) {
			const { status, reason } = expected(cell);
			expect(reason === undefined).toBe(status === "success");
		}
	});
});
