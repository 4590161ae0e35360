import { expect, it } from "vitest";
import { sampleEvents } from "../testing/sample-events.ts";
import { recentRefusals } from "./recent-refusals.ts";

const [event] = sampleEvents()(1);
const stream = event?.stream ?? "";
const refused = (from: number, count: number) =>
	Array.from({ length: count }, (_, at) => ({
		event: { ...(event ?? expect.fail("no event")), sequence: from + at },
		code: "odd",
	}));

it("knows all that were refused at once, however many, and forgets old ones", () => {
	const refusals = recentRefusals();
	const has = (sequence: number): boolean => refusals.has({ streamId: stream, sequence });
	refusals.add(refused(1, 10_000));
	expect([0, 1, 5_000, 10_000, 10_001].map(has)).toEqual([false, true, true, true, false]);
	refusals.add(refused(10_001, 1_000));
	expect([1, 11_000].map(has)).toEqual([true, true]);
	refusals.add(refused(11_001, 1));
	expect([1, 10_001, 11_001].map(has)).toEqual([false, true, true]);
});
