import { seal, type SealedEvent } from "@mcp-trail/integrity";
import fc from "fast-check";
import { expect, it } from "vitest";
import { testEvent } from "../testing/trail-check-kit.ts";
import { tailCache } from "./tail-cache.ts";

const streamId = "01a1fe00-0000-7000-8000-000000000000";
const lines: readonly SealedEvent[] = Array.from({ length: 200 }, (_, index) =>
	seal(testEvent(index), { streamId, sequence: index + 1 }),
);

it("gives what follows a sequence without a gap, or says that it does not reach back", () => {
	fc.assert(
		fc.property(
			fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 10 }),
			fc.nat(210),
			fc.integer({ min: 1, max: 50 }),
			fc.nat(20_000),
			(batches, after, maxEvents, maxBytes) => {
				const cache = tailCache(15_000);
				let end = 0;
				for (const length of batches) {
					const batch = lines.slice(end, end + length);
					end += batch.length;
					cache.push(
						batch,
						batch.reduce((sum, { bytes }) => sum + bytes.length + 1, 0),
					);
				}
				const events = cache.after(after, maxEvents, maxBytes);
				const sequences = events?.map(({ sequence }) => sequence) ?? [];
				expect(sequences).toEqual(sequences.map((_, index) => after + 1 + index));
				expect(sequences.length).toBeLessThanOrEqual(maxEvents);
				const bytes = events?.reduce((sum, line) => sum + line.bytes.length, 0) ?? 0;
				expect(bytes <= maxBytes || sequences.length === 1).toBe(true);
				// Something newer is never withheld where the cache reaches.
				expect(events?.length === 0).toBe(events !== undefined && after >= end);
			},
		),
	);
});
