import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lineMembers } from "./line-members.ts";

const paths = ["id", "mcp.method", "mcp", "a.b.c", "none"];

/** The texts of the members, or undefined for a line that is left to a parser. */
function read(line: string): readonly (string | undefined)[] | undefined {
	const bytes = Buffer.from(line);
	const members = lineMembers(paths);
	if (!members.read(bytes)) return undefined;
	return paths.map((_, index) => {
		const from = members.starts[index] ?? -1;
		return from < 0 ? undefined : bytes.toString("utf8", from, members.ends[index]);
	});
}

const nested = (depth: number): string => `{"odd":${"[".repeat(depth)}${"]".repeat(depth)}}`;

describe("the members of a line", () => {
	it("[formats.text] are found where they stand", () => {
		expect(
			read('{"x":[{"id":1}],"id":"é\\"}","mcp":{"y":"}","method":"m"},"a":{"b":{"c":-1.5e3}}}'),
		).toEqual(['"é\\"}"', '"m"', '{"y":"}","method":"m"}', "-1.5e3", undefined]);
		expect(read('{"id":null,"mcp":[],"a":{"b":"c"}}')).toEqual([
			"null",
			undefined,
			"[]",
			undefined,
			undefined,
		]);
		expect(read("{}")).toEqual(paths.map(() => undefined));
	});

	it("[formats.text] are not read from what JSON.stringify does not write", () => {
		const others =
			'{"id":1 } { "id":1} {"id": 1} {"id":1,} {"id":1,"id":2} {"\\u0069d":1} {"id"1} {id:1} {"id":} {"id":1}x {"id":[1} {"id":"1} {"id":1 [1] "id" 1';
		for (const line of [...others.split("} "), "", "{", '{"', '{"id"', '{"id":', '{"id":"\\'])
			expect([line, read(line)]).toEqual([line, undefined]);
	});

	it("[formats.text] are not read from a line that is no JSON, wherever it is broken", () => {
		const broken =
			'NaN tru nulll 01 -  1. .5 1e 1e+ +1 0x1 [1}  {"a":1] [[1]}] {"a":{"b":[}]}} [,] [1,] {"a"} {"a":} {a:1} {"a":1,} "\\x" "\\u12g4" "\\u123" "\t" /**/1 [1]2 \'a\' ]';
		for (const value of broken.split(" "))
			for (const line of [
				`{"odd":${value}}`,
				`{"id":1,"odd":[0,${value}]}`,
				`{"a":{"odd":${value}}}`,
			])
				expect([line, read(line)]).toEqual([line, undefined]);
		expect(read('{"a\t":1}')).toBeUndefined();
	});

	it("[formats.text] are read of all that JSON.stringify writes, and of nothing that is no JSON", () => {
		const text = fc
			.tuple(fc.json({ maxDepth: 4 }), fc.double({ noDefaultInfinity: true, noNaN: true }))
			.map(([json, number]) => JSON.stringify({ odd: JSON.parse(json), id: number }));
		const changed = fc.tuple(
			text,
			fc.nat(),
			fc.constantFrom(...'{ } [ ] , : " \\ 0 - + . e u \n t n'.split(" "), " "),
			fc.boolean(),
		);
		fc.assert(
			fc.property(changed, ([line, at, to, instead]) => {
				expect(read(line)).toBeDefined();
				const place = at % line.length;
				const other = line.slice(0, place) + to + line.slice(place + (instead ? 1 : 0));
				if (read(other) !== undefined) JSON.parse(other);
			}),
			{ numRuns: 2_000 },
		);
	});

	it("[formats.text] are left to a parser where values are nested without end", () => {
		expect(read(nested(64))).toBeDefined();
		expect(read(nested(65))).toBeUndefined();
	});

	it("[formats.text] are not read from a line with a block twice, of which a parser takes the last", () => {
		const others = [
			'{"a":{"b":{"c":1}},"a":{}}',
			'{"a":{"b":{"c":1}},"a":1}',
			'{"a":1,"a":{"b":{"c":1}}}',
			'{"a":{"b":{"c":1},"b":{}}}',
			'{"mcp":{"method":1},"mcp":{}}',
		];
		for (const line of others) expect([line, read(line)]).toEqual([line, undefined]);
		expect(read('{"a":{"a":{},"b":{"c":1}},"b":{}}')?.[3]).toBe("1");
	});

	it("lists the members of the blocks that paths lead through", () => {
		const line = Buffer.from(
			`{"x":{"deep":1},"mcp":{"method":1,"z":[2]},${[...Array(70).keys()].map((n) => `"n${n}":0`).join()}}`,
		);
		const members = lineMembers(paths);
		expect(members.read(line)).toBe(true);
		const listed: unknown[] = [];
		for (let entry = 0; entry < 16; entry += 4) {
			const [from, to, path, next] = members.entries.subarray(entry, entry + 4);
			listed.push([line.toString("utf8", from, to), path, next]);
		}
		expect(listed).toEqual([
			['"x":{"deep":1}', -1, 4],
			['"mcp":{"method":1,"z":[2]}', 2, 16],
			['"method":1', 1, 12],
			['"z":[2]', -1, 16],
		]);
		expect(members.entriesEnd).toBe(4 * 74);
	});
});
