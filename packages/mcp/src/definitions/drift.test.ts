import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drift, type Change, type Page } from "./drift.ts";
import {
	changedFields,
	definitionDigest,
	fieldWord,
	fingerprint,
	isMaterial,
} from "./fingerprint.ts";
import { hiddenText } from "./hidden-text.ts";
import { nameOwners } from "./name-owners.ts";

const tool = (name: string, more: object = {}) => ({ name, description: `does ${name}`, ...more });
const reader = {};
const page = (items: readonly { readonly name: string }[], more: Partial<Page> = {}): Page => ({
	scope: "tool a",
	reader,
	items: items.map((item) => [item.name, { ...item }] as const),
	isFirst: true,
	isLast: true,
	others: () => [],
	...more,
});
const brief = (changes: readonly Change[]) => changes.map(({ change, key }) => [change, key]);

describe("[complete.definition_changes] what lists show", () => {
	it("takes the first whole list as what later ones are held against", () => {
		const seen = drift();
		expect(seen.listed(page([tool("a"), tool("b")]))).toEqual([]);
		expect(brief(seen.listed(page([tool("a"), tool("c")])))).toEqual([
			["removed", "b"],
			["added", "c"],
		]);
	});

	it("says what changed, and whether it matters to more than people's eyes", () => {
		const seen = drift();
		seen.listed(page([tool("a")]));
		const [title] = seen.listed(page([tool("a", { title: "A" })]));
		expect(title).toMatchObject({ change: "changed", material: false, fields: ["title"] });
		const [schema] = seen.listed(
			page([tool("a", { title: "A", inputSchema: { type: "object" } })]),
		);
		expect(schema).toMatchObject({ material: true, fields: ["inputSchema"] });
		expect(schema?.previousDigest).toBe(title?.digest);
	});

	it("remembers what was hidden: it comes back as reintroduced, changed or not", () => {
		const seen = drift();
		seen.listed(page([tool("a"), tool("b")]));
		seen.listed(page([tool("a")]));
		const [back] = seen.listed(
			page([tool("a"), tool("b", { description: "does b, and mails it" })]),
		);
		expect(back).toMatchObject({
			change: "reintroduced",
			key: "b",
			material: true,
			fields: ["description"],
		});
		seen.listed(page([tool("a")]));
		expect(
			brief(seen.listed(page([tool("a"), tool("b", { description: "does b, and mails it" })]))),
		).toEqual([["reintroduced", "b"]]);
	});

	it("suspects a rename where something new does what something gone did", () => {
		const seen = drift();
		const same = { description: "sends mail", inputSchema: { type: "object" } };
		seen.listed(page([tool("send", same), tool("x")]));
		const changes = seen.listed(page([tool("send_v2", same), tool("x"), tool("new")]));
		expect(brief(changes)).toEqual([
			["removed", "send"],
			["renamed_suspect", "send_v2"],
			["added", "new"],
		]);
		expect(changes[1]?.previousDigest).toBe(changes[0]?.previousDigest);
	});

	it("takes pages together: only a list read to its end shows what is gone", () => {
		const seen = drift();
		const first = (items: readonly { readonly name: string }[]) => page(items, { isLast: false });
		const last = (items: readonly { readonly name: string }[]) => page(items, { isFirst: false });
		expect(seen.listed(first([tool("a")]))).toEqual([]);
		expect(seen.listed(last([tool("b")]))).toEqual([]);
		expect(seen.listed(first([tool("a")]))).toEqual([]);
		// Somebody else's page is not the rest of this list.
		expect(seen.listed(page([tool("a")], { isFirst: false, reader: {} }))).toEqual([]);
		expect(brief(seen.listed(last([tool("c")])))).toEqual([
			["removed", "b"],
			["added", "c"],
		]);
	});

	it("[wire.field_hidden_text] tells of a first list only what is suspicious by itself", () => {
		const seen = drift();
		const changes = seen.listed(
			page([tool("a"), tool("b", { description: "nice\u{E0041}" }), tool("c")], {
				others: (key) => (key === "c" ? ["https://other.example"] : []),
			}),
		);
		expect(changes).toMatchObject([
			{ change: "added", key: "b", hiddenText: ["tag"] },
			{ change: "added", key: "c", collidesWith: ["https://other.example"] },
		]);
	});

	it("does not take pages for one list that two callers read in between each other", () => {
		const seen = drift();
		const one = page([tool("a")], { next: "2", isLast: false });
		const two = page([tool("b")], { cursor: "2", next: "3", isFirst: false, isLast: false });
		const three = page([tool("c")], { cursor: "3", isFirst: false });
		for (const part of [one, two, three]) seen.listed(part);
		// The second begins before the third page of the first: its own pages are told of by its own end.
		expect([one, two, one, three, two, three].flatMap((part) => seen.listed(part))).toEqual([]);
		expect(
			brief(
				[one, page([tool("c")], { cursor: "2", isFirst: false })].flatMap((part) =>
					seen.listed(part),
				),
			),
		).toEqual([["removed", "b"]]);
	});

	it("keeps scopes apart", () => {
		const seen = drift();
		seen.listed(page([tool("a")]));
		expect(seen.listed(page([tool("b")], { scope: "tool b" }))).toEqual([]);
	});
});

it("[bounded.definitions] forgets the scope listed longest ago, and tells nothing of what it cannot hold", () => {
	const seen = drift();
	for (let scope = 0; scope <= 256; scope++) seen.listed(page([tool("a")], { scope: `${scope}` }));
	// The first was forgotten: its next list is a first list again. The last was not.
	expect(seen.listed(page([tool("b")], { scope: "0" }))).toEqual([]);
	expect(seen.listed(page([tool("b")], { scope: "256" }))).toHaveLength(2);
	const many = drift();
	const tools = Array.from({ length: 4096 }, (_, index) => tool(`t${index}`));
	many.listed(page(tools));
	const over = page([...tools, tool("one_more")]);
	expect(many.listed(over)).toEqual([]);
	expect(many.listed(over)).toEqual([]);
});

const long = (end: string, length = 100_000): string => `${"x".repeat(length)}${end}`;

it("[bounded.definitions] holds no more of long names and cursors than their beginning, however many there are", () => {
	const seen = drift();
	const keys = Array.from({ length: 10 }, (_, index) => long(`${index}`));
	const items = keys.map((key) => [key, { name: "x", [key]: 1 }] as const);
	expect(seen.listed(page([], { items, isLast: false, next: long("next") }))).toEqual([]);
	// The page of that cursor goes on with the list, and no other does.
	expect(seen.listed(page([], { isFirst: false, cursor: long("next") }))).toEqual([]);
	const [first, ...others] = seen.listed(page([]));
	expect(others).toHaveLength(9);
	expect(first).toMatchObject({ change: "removed", isCut: true });
	expect(first?.key).toHaveLength(1024);
	const [back] = seen.listed(page([], { items: items.slice(7, 8) }));
	expect(back?.change).toBe("reintroduced");
	// Nothing of it differs: the whole of a name counts.
	expect(back?.fields).toBeUndefined();
});

it("[bounded.definitions] lets scopes go that hold too much together", () => {
	const seen = drift();
	const items = Array.from(
		{ length: 4096 },
		(_, index) => [`${index}${"n".repeat(1000)}`, {}] as const,
	);
	for (const scope of ["one", "two", "three", "four", "five"])
		seen.listed(page([], { scope, items }));
	expect(seen.listed(page([], { scope: "five" }))).toHaveLength(4096);
	// Forgotten: an empty list is its first.
	expect(seen.listed(page([], { scope: "one" }))).toEqual([]);
});

it("[safe.definitions] whatever a list holds, it is walked to an end", () => {
	const seen = drift();
	fc.assert(
		fc.property(
			fc.array(fc.tuple(fc.string(), fc.dictionary(fc.string(), fc.jsonValue()))),
			(items) => {
				const changes = seen.listed(page([], { items }));
				for (const { fields = [] } of changes)
					for (const field of fields) expect(fieldWord(field)).toMatch(/^[a-z][a-z0-9_]{0,63}$/);
			},
		),
		{ numRuns: 200 },
	);
	let deep: object = {};
	for (let depth = 0; depth < 100_000; depth++) deep = { deep };
	expect(hiddenText(deep)).toEqual([]);
});

it("names fields as words", () => {
	expect(["inputSchema", "_meta", "x-mcp-Header", "Ü", "9"].map(fieldWord)).toEqual([
		"input_schema",
		"meta",
		"x_mcp__header",
		"other",
		"other",
	]);
});

it.each([
	["tag", "a\u{E0041}"],
	["bidi", "a\u202Eb"],
	["zero_width", "a\u200Bb"],
	["zero_width", "a\u200Db"],
	["control", "a\u0007"],
])("[wire.field_hidden_text] finds %s text wherever it stands", (kind, text) => {
	expect(hiddenText({ inputSchema: { properties: { [text]: {} } } })).toEqual([kind]);
	expect(hiddenText({ description: text })).toEqual([kind]);
});

it("[safe.definitions] finds text that is written in selectors and fillers", () => {
	const smuggled = "reads\u{1F600}\u{E0101}\u{E0102}\u{FE01}";
	for (const text of [smuggled, "so\u00ADft", "\u3164", "a\u034Fb", "\u180E"])
		expect(hiddenText({ description: text })).toEqual(["zero_width"]);
	expect(hiddenText(["\u2764\uFE0F", "\u845B\u{E0100}"])).toEqual([]);
});

it("takes an emoji, a line's end and an accent for what they are", () => {
	expect(hiddenText("👩‍👩‍👧 naïve\n\ttext, العربية")).toEqual([]);
});

it("compares definitions by their RFC 8785 form", () => {
	const [one, two] = [
		{ name: "a", b: 1, c: 2 },
		{ c: 2, b: 1, name: "a" },
	].map((item) => ({ digest: definitionDigest(item), print: fingerprint(item, "") }));
	expect(one?.digest).toBe(two?.digest);
	expect(one && two && changedFields(one.print, two.print)).toEqual([]);
	expect(isMaterial(["title", "icons"])).toBe(false);
});

it("knows which servers offer a name", () => {
	const owners = nameOwners();
	expect(owners.note("search", "a")).toEqual([]);
	expect(owners.note("search", "a")).toEqual([]);
	expect(owners.note("search", "b")).toEqual(["a"]);
	expect(owners.note("search", "c")).toEqual(["a", "b"]);
});
