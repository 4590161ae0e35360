import type { StoredEvent } from "@mcp-trail/event";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anEvent } from "../scripts/any-event.ts";
import { examples } from "../scripts/examples.ts";
import { runs } from "../../../test/runs.ts";
import { again, computed } from "./conversions.ts";
import { ecs, ecsLines } from "./ecs.ts";
import { type Conversion, type Row, table } from "./table.ts";
import { NO_ROOM, tableText, type WriteText } from "./table-text.ts";

const inEcs = ecsLines();

/** The text that is written of a line, or nothing. */
function written(
	write: WriteText,
	line: Uint8Array,
	room = 8 * line.length + 4096,
): string | undefined {
	const page = Buffer.alloc(room, "?");
	const end = write(line, page, 3);
	expect(page.toString("latin1", 0, 3)).toBe("???");
	return end < 0 ? undefined : page.toString("utf8", 3, end);
}

/** What the text says in ECS of a line, or nothing. */
const said = (line: string): string | undefined => written(inEcs, Buffer.from(line));

/** The same by the object, with the line in it. */
function byObject(line: string): string {
	const event: StoredEvent = JSON.parse(line);
	const document = ecs.project(event);
	return JSON.stringify({ ...document, event: { ...Object(document["event"]), original: line } });
}

describe("a table as text", () => {
	it.each([...examples()])(
		"[formats.text] says %s as its object does, byte for byte",
		(_, event) => {
			const line = JSON.stringify(event);
			expect(said(line)).toBe(byObject(line));
			// And what it remembers is the same.
			expect(said(line)).toBe(byObject(line));
		},
	);

	it("[formats.text] says any event as its object does, byte for byte", () => {
		fc.assert(
			fc.property(anEvent, (event) => {
				const line = JSON.stringify(event);
				expect(said(line)).toBe(byObject(line));
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
		expect(said(line)).toBe(byObject(line));
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
		expect(written(inEcs, cut.subarray(0, -1))).toBe(undefined);
		cut[cut.indexOf(0xc3)] = 0x20;
		expect(written(inEcs, cut)).toBe(undefined);
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
				const meant = quietly(() => byObject(broken));
				expect(quietly(() => JSON.stringify(JSON.parse(text)))).toBe(meant);
			}),
			{ numRuns: runs(1_000) },
		);
	});

	it("[formats.text] says that there is no room, and writes nothing behind the end", () => {
		for (const event of examples().values()) {
			const line = JSON.stringify(event);
			const whole = byObject(line);
			const bytes = Buffer.from(line);
			const length = Buffer.byteLength(whole);
			for (let room = 3; room < length + 16; room += 1 + Math.floor(length / 50)) {
				const page = Buffer.alloc(length + 64, "?");
				const end = inEcs(bytes, page.subarray(0, room), 3);
				expect(end === NO_ROOM ? whole : page.toString("utf8", 3, end)).toBe(whole);
				expect(page.subarray(room).every((byte) => byte === 0x3f)).toBe(true);
			}
			expect(written(inEcs, bytes, length + 6)).toBe(whole);
		}
	});

	it("[formats.text] remembers what it said of values, and of no others", () => {
		const seen: unknown[] = [];
		const as: Conversion = {
			says: "counts",
			keeps: false,
			reads: ["block.name", "list"],
			of: (value, event) => {
				seen.push(value);
				return JSON.stringify([value, event]);
			},
		};
		const text = tableText([{ to: "a.b", from: "x", as }], {
			rest: "rest",
			line: { block: "a", name: "l" },
		});
		const long = `"${"x".repeat(200)}"`;
		const values = ["1", "11", '"1"', "null", "[1]", '"é"', '"\\n"', long, ...many(40)];
		const blocks = [
			'"block":{"name":"n"}',
			'"block":{}',
			'"block":"n"',
			'"list":[1]',
			'"list":[2]',
		];
		const lines = [...values, ...values].flatMap((value) =>
			blocks.map((block) => `{"x":${value},${block}}`),
		);
		for (const line of lines.flatMap((one) => [one, one])) {
			const { x, ...reads } = JSON.parse(line);
			const { a } = JSON.parse(written(text, Buffer.from(line)) ?? "null");
			expect([line, JSON.parse(a.b)]).toEqual([line, [x, reads]]);
		}
		const tooLong = lines.filter((line) => line.includes(long)).length;
		expect(seen.length).toBeLessThanOrEqual(lines.length + tooLong);
		const before = seen.length;
		for (let times = 0; times < 9; times += 1) written(text, Buffer.from('{"x":7,"list":[3]}'));
		expect(seen.length).toBe(before + 1);
	});

	it("holds rows to a fixed order, and conversions to what they read", () => {
		const layout = { rest: "rest", line: { block: "a", name: "line" } };
		expect(() => tableText(at("a.b", "c", "a.d"), layout)).toThrow(/stand together/u);
		expect(() => tableText(at("a", "a.b"), layout)).toThrow(/stand together/u);
		expect(() => tableText(at("a[1]"), layout)).toThrow(/one member/u);
		const silent = computed("all", ({ id }) => id);
		expect(() => tableText([{ to: "a.b", as: silent }], layout)).toThrow(/what it reads/u);
		expect(() => tableText(at("b.c"), layout)).toThrow(/the block a/u);
	});

	it("[formats.text] cuts out of the line what stays as it is", () => {
		const rows: readonly Row[] = [
			{ to: "a.b", from: "x.y" },
			{ to: "a.c", from: "x.y", as: again },
			{ to: "d[0]", from: "z" },
			{ to: "e", from: "none" },
		];
		const text = tableText(rows, { rest: "rest", line: { block: "a", name: "l" } });
		const line = '{"x":{"y":{"n":1.50},"w":1},"z":"\\/","v":[2]}';
		const expected = `{"a":{"b":{"n":1.50},"c":{"n":1.50},"l":${JSON.stringify(line)}},"d":["\\/"],"rest":{"x":{"w":1},"v":[2]}}`;
		expect(written(text, Buffer.from(line))).toBe(expected);
		const { said: object, rest } = table(rows)(JSON.parse(line));
		expect(JSON.parse(expected)).toEqual({
			...object,
			a: { ...Object(object["a"]), l: line },
			rest,
		});
	});
});

const many = (count: number): string[] =>
	Array.from({ length: count }, (_, one) => String(one * 7));

const at = (...to: string[]): readonly Row[] => to.map((one) => ({ to: one, is: 1 }));

/** What is given, or nothing where it throws. */
function quietly<T>(give: () => T): T | undefined {
	try {
		return give();
	} catch {
		return undefined;
	}
}
