import { readFileSync } from "node:fs";
import { ecs } from "@mcp-trail/formats";
import { readLine, type SealedEvent } from "@mcp-trail/integrity";
import { describe, expect, it } from "vitest";
import { newPage } from "../http/page.ts";
import { actionHead, documents } from "./document.ts";

const stored = new URL("../../../../schemas/event/1.0/valid/example.ndjson", import.meta.url);
const lines = readFileSync(stored, "utf8").trimEnd().split("\n");

function sealed(line: string): SealedEvent {
	const event = readLine(Buffer.from(line));
	if (event === undefined) throw new Error("not a stored line");
	return event;
}

/** The document as its parts say it. */
function expected(line: string): string {
	const document = ecs.project(JSON.parse(line));
	const event = { ...Object(document["event"]), original: line };
	return `{"create":{"_index":"a","_id":"é1"}}\n${JSON.stringify({ ...document, event })}\n`;
}

const action = { head: actionHead("a"), id: "é1" };

const written = (line: string, bytes = 64): string =>
	Buffer.from(documents("ecs")(sealed(line), action, newPage(bytes))).toString();

describe("an indexed document", () => {
	it("[formats.text] is ECS with the stored line in `event.original`, byte for byte", () => {
		expect(lines.length).toBeGreaterThan(0);
		for (const line of lines) expect(written(line)).toBe(expected(line));
		const [line = ""] = lines;
		const odd = line.replace('"type":', '"odd":["é😀\u2028\u007f\\"\\\\"],"type":');
		expect(written(odd)).toBe(expected(odd));
	});

	it("[formats.text] is the same of a line that is not as `seal` writes it", () => {
		const [line = ""] = lines;
		const spaced = line.replace('"type":', '"type": ');
		expect(written(spaced)).toBe(expected(spaced));
		expect(() => written(line.replace('"type":', '"odd":"\t","type":'))).toThrow(SyntaxError);
		expect(() => written(line.replace('"type":', '"odd":[\t],"type":'))).not.toThrow();
	});

	it("[formats.text] is never broken JSON: a line that is none is refused before it is sent", () => {
		const [line = ""] = lines;
		for (const value of ["NaN", "01", "[1}", '{"a":1]', '"\\x"', "/**/1", "tru"])
			for (const place of ['"type":', '"integrity":'])
				expect(() => written(line.replace(place, `"odd":${value},${place}`))).toThrow(SyntaxError);
	});

	it("[formats.text] is the same wherever in a line a quote, a backslash or another odd character stands", () => {
		const [line = ""] = lines;
		const odd = (text: string): string => line.replace('"type":', `"odd":${text},"type":`);
		for (let before = 0; before < 9; before += 1)
			for (const text of [
				'"',
				"\\",
				'""',
				'\\"',
				'"\\\\',
				"\u007f",
				"é",
				"😀",
				"!#[]^ ~",
				'"aaaa"',
			])
				for (const after of ["", "a", "aaaa", 'aaa"']) {
					const one = odd(JSON.stringify("a".repeat(before) + text + after));
					expect(written(one)).toBe(expected(one));
				}
		for (let before = 0; before < 9; before += 1)
			for (const control of ["\0", "\t", "\n", "\u001f"])
				expect(() => written(odd(`"${"a".repeat(before)}${control}a"`))).toThrow(SyntaxError);
	});

	it("keeps documents apart that lie on one page", () => {
		const page = newPage(10_000_000);
		const write = documents("ecs");
		const all = lines.map((line) => write(sealed(line), action, page));
		expect(all.map((one) => Buffer.from(one).toString())).toEqual(lines.map(expected));
	});
});
