import { readFileSync } from "node:fs";
import { readLine } from "@mcp-trail/integrity";
import { describe, expect, it } from "vitest";
import { eventFacts } from "./event-facts.ts";

const stored = new URL("../../../../schemas/event/1.0/valid/example.ndjson", import.meta.url);
const [line = ""] = readFileSync(stored, "utf8").split("\n", 1);
const facts = eventFacts();

/** The facts read, and those of the parsed event. */
function both(text: string): readonly unknown[] {
	const event = readLine(Buffer.from(text));
	if (event === undefined) throw new Error("not a stored line");
	const { id, time, producer } = JSON.parse(text);
	return [facts(event), { id, time, host: producer.host }];
}

describe("the facts of an event", () => {
	it("are those of the parsed event, whatever the line looks like", () => {
		const odd = [
			line,
			line.replace(/,"host":"[^"]*"/u, ""),
			line.replace(/"host":"[^"]*"/u, '"host":"\\"é\\\\"'),
			line.replace('"type":', '"type" : '),
			line.replace('"type":', '"id":"second","type":'),
		];
		expect(new Set(odd).size).toBe(odd.length);
		for (const text of odd) {
			const [read, parsed] = both(text);
			expect(read).toEqual(parsed);
		}
	});
});
