import type { AuditEvent } from "@mcp-trail/event";
import { expect, it } from "vitest";
import { hashOf } from "./line.ts";
import { seal } from "./seal.ts";

const streamId = "0f6f2f3a-9f0e-4c58-8a6e-3b1d7c5a9e42";

it("lays lines of any length and script out without one writing over another or beyond its slab", () => {
	const lengths = [0, 1, 900, 2_700, 8_100, 8_300, 21_000, 70_000, 3];
	const events = Array.from({ length: 150 }, (_, index): AuditEvent => {
		const text = ["a", "é", "漢", "😀"][index % 4] ?? "a";
		const note = text.repeat((lengths[index % lengths.length] ?? 0) + index);
		return { labels: { note } } as unknown as AuditEvent;
	});
	const lines = events.map((event, index) => seal(event, { streamId, sequence: index + 1 }));
	for (const [index, { bytes, hash }] of lines.entries()) {
		const integrity = { stream_id: streamId, sequence: index + 1, hash };
		expect(hashOf(bytes)).toBe(hash);
		expect(Buffer.from(bytes).toString()).toBe(JSON.stringify({ ...events[index], integrity }));
	}
});
