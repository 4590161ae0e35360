import type { StoredEvent } from "@mcp-trail/event";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anEvent } from "../scripts/any-event.ts";
import { examples } from "../scripts/examples.ts";
import { runs } from "../../../test/runs.ts";
import { again, computed } from "./conversions.ts";
import { ecs, ecsLines } from "./ecs.ts";
import { type Row, table } from "./table.ts";
import { tableText } from "./table-text.ts";

const inEcs = ecsLines();

/** What the text says in ECS of a line, or nothing. */
function said(line: string): string | undefined {
	const text = inEcs(Buffer.from(line))?.join("");
	return text === undefined ? undefined : Buffer.from(text, "latin1").toString();
}

const byObject = (event: StoredEvent): string => JSON.stringify(ecs.project(event));

describe("a table as text", () => {
	it.each([...examples()])(
		"[formats.text] says %s as its object does, byte for byte",
		(_, event) => {
			expect(said(JSON.stringify(event))).toBe(byObject(event));
		},
	);

	it("[formats.text] says any event as its object does, byte for byte", () => {
		fc.assert(
			fc.property(anEvent, (event) => {
				expect(said(JSON.stringify(event))).toBe(byObject(event));
			}),
			{ numRuns: runs(200) },
		);
	});

	it("[formats.text] says members that no table knows as the object does", () => {
		const [event] = [...examples().values()];
		const more = {
			...event,
			odd: { "a:b": [{ "}": '"],{' }, "\\", "\u2028é😀"], __proto__x: null },
			trace: { id: "1", later: [1.5, -2e-7, true], "a.b": {} },
			network: {},
			labels: { ["__proto__"]: "x", "a.b": "é" },
		};
		const line = JSON.stringify(more).replace("__proto__x", "__proto__");
		expect(said(line)).toBe(byObject(JSON.parse(line)));
	});

	it("[formats.text] leaves a line that JSON.stringify does not write to a parser", () => {
		const line = JSON.stringify([...examples().values()][0]);
		const others = [
			"",
			"[]",
			line.slice(0, -1),
			`${line} `,
			`${line}}`,
			line.replace(",", ", "),
			line.replace(":", " :"),
			line.replace('"id"', '"\\u0069d"'),
			line.replace("{", '{"type":"other",'),
			line.replace("{", '{"finding":{"rule":"r"},"finding":{},'),
			line.replace('"type"', "type"),
		];
		for (const other of others) expect([other, said(other)]).toEqual([other, undefined]);
		const cut = Buffer.from(line.replace("{", '{"x":"é",'));
		expect(inEcs(cut.subarray(0, -1))).toBe(undefined);
		cut[cut.indexOf(0xc3)] = 0x20;
		expect(inEcs(cut)).toBe(undefined);
	});

	it("[formats.text] never ends elsewhere than the parser does, whatever bytes a line holds", () => {
		const events = [...examples().values()].map((event) => JSON.stringify(event));
		const characters = Array.from('"\\{}[],: a1');
		const change = fc.tuple(fc.constantFrom(...events), fc.nat(), fc.constantFrom(...characters));
		fc.assert(
			fc.property(change, ([line, place, character]) => {
				const at = place % line.length;
				const broken = line.slice(0, at) + character + line.slice(at + 1);
				const text = quietly(() => said(broken));
				// What is left to the parser, or is no JSON to it either.
				if (text === undefined) return;
				const meant = quietly(() => byObject(JSON.parse(broken)));
				expect(quietly(() => JSON.stringify(JSON.parse(text)))).toBe(meant);
			}),
			{ numRuns: runs(1_000) },
		);
	});

	it("holds rows to a fixed order, and conversions to what they read", () => {
		const layout = { rest: "rest", open: "a" };
		expect(() => tableText(at("a.b", "c", "a.d"), layout)).toThrow(/stand together/u);
		expect(() => tableText(at("a", "a.b"), layout)).toThrow(/stand together/u);
		expect(() => tableText(at("a[1]"), layout)).toThrow(/one member/u);
		const silent = computed("all", ({ id }) => id);
		expect(() => tableText([{ to: "a.b", as: silent }], layout)).toThrow(/what it reads/u);
	});

	it("[formats.text] cuts out of the line what stays as it is", () => {
		const rows: readonly Row[] = [
			{ to: "a.b", from: "x.y" },
			{ to: "a.c", from: "x.y", as: again },
			{ to: "d[0]", from: "z" },
			{ to: "e", from: "none" },
		];
		const text = tableText(rows, { rest: "rest", open: "a" });
		const line = '{"x":{"y":{"n":1.50},"w":1},"z":"\\/","v":[2]}';
		const expected =
			'{"a":{"b":{"n":1.50},"c":{"n":1.50}},"d":["\\/"],"rest":{"x":{"w":1},"v":[2]}}';
		expect(text(Buffer.from(line))?.join("")).toBe(expected);
		const { said: object, rest } = table(rows)(JSON.parse(line));
		expect(JSON.parse(expected)).toEqual({ ...object, rest });
	});
});

const at = (...to: string[]): readonly Row[] => to.map((one) => ({ to: one, is: 1 }));

/** What is given, or nothing where it throws. */
function quietly<T>(give: () => T): T | undefined {
	try {
		return give();
	} catch {
		return undefined;
	}
}
