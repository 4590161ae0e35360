import fc from "fast-check";
import { expect, it } from "vitest";
import type { JsonObject } from "../json-object.ts";
import { frames } from "./sse.ts";

const event = (frame: object): string => `event: message\ndata: ${JSON.stringify(frame)}\n\n`;

it("[complete.subscriptions] reads the same frames of a stream, in whatever pieces it comes", () => {
	fc.assert(
		fc.property(
			fc.array(fc.dictionary(fc.string(), fc.string({ unit: "grapheme" })), { maxLength: 5 }),
			fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
			(sent, sizes) => {
				const bytes = new TextEncoder().encode(`: keepalive\n\n${sent.map(event).join("")}`);
				const seen: JsonObject[] = [];
				const see = frames((frame) => void seen.push(frame));
				for (let at = 0; at < bytes.length;) {
					const size = Number(sizes.next().value);
					see(bytes.subarray(at, at + size));
					at += size;
				}
				expect(JSON.stringify(seen)).toBe(JSON.stringify(sent));
			},
		),
		{ numRuns: 200 },
	);
});

it("[bounded.listen_stream] passes by an event that is too long, and reads on behind it", () => {
	const seen: JsonObject[] = [];
	const see = frames((frame) => void seen.push(frame));
	const text = new TextEncoder();
	see(text.encode(event({ long: "x".repeat(70_000) })));
	see(text.encode("data: "));
	for (let sent = 0; sent < 200; sent++) see(text.encode("y".repeat(1000)));
	see(text.encode("\n\n"));
	see(text.encode(`data: no json\n\n${event({ id: 1 })}`));
	expect(seen).toEqual([{ id: 1 }]);
});
