import { describe, expect, it } from "vitest";
import { sampleEvents } from "../testing/sample-events.ts";
import { resend } from "./resend.ts";
import type { Failure } from "./sink-error.ts";

const batch = sampleEvents()(5);
const at = (...indexes: number[]): unknown[] => indexes.map((index) => batch[index]);
const failure = (
	verdict: Failure["verdict"],
	items?: readonly (readonly [number, Failure["verdict"]])[],
): Failure => ({
	code: "code",
	verdict,
	message: "no",
	...(items && {
		items: items.map(([index, one]) => ({ index, verdict: one, code: `c${index}` })),
	}),
});

describe("resend", () => {
	it("writes everything again on retry and on hold", () => {
		for (const wait of ["retry", "hold"] as const) {
			expect(resend(batch, failure(wait), true)).toEqual({ refused: [], groups: [batch], wait });
		}
	});

	it("halves a refused batch, and refuses an event that is alone", () => {
		expect(resend(batch, failure("reject"), true)).toEqual({
			refused: [],
			groups: [at(0, 1, 2), at(3, 4)],
			wait: "none",
		});
		expect(resend(batch.slice(0, 1), failure("reject"), true)).toEqual({
			refused: [{ event: batch[0], code: "code" }],
			groups: [],
			wait: "none",
		});
	});

	it("resends to an ordered sink from the first undelivered on, and judges what lies behind it again", () => {
		const items = [
			[0, "reject"],
			[2, "retry"],
			[3, "reject"],
		] as const;
		expect(resend(batch, failure("reject", items), true)).toEqual({
			refused: [{ event: batch[0], code: "c0" }],
			groups: [at(2, 3, 4)],
			wait: "retry",
		});
	});

	it("resends to an unordered sink only what was not delivered", () => {
		const items = [
			[0, "reject"],
			[2, "retry"],
			[3, "reject"],
			[4, "hold"],
		] as const;
		expect(resend(batch, failure("reject", items), false)).toEqual({
			refused: [
				{ event: batch[0], code: "c0" },
				{ event: batch[3], code: "c3" },
			],
			groups: [at(2, 4)],
			wait: "hold",
		});
	});

	it("is done where all that was not delivered was refused", () => {
		const outcome = resend(batch, failure("retry", [[4, "reject"]]), true);
		expect(outcome).toEqual({
			refused: [{ event: batch[4], code: "c4" }],
			groups: [],
			wait: "none",
		});
	});
});
