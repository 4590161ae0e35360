import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { unproven } from "./proofs.ts";
import { promises, requirements } from "./requirements.ts";

const root = join(import.meta.dirname, "..");
const testFiles = ["packages", "examples", "test"]
	.flatMap((folder) =>
		readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) =>
			join(root, folder, name),
		),
	)
	.filter((name) => name.endsWith(".ts"))
	// Snippets of the README stand there for a moment while its own test runs.
	.filter((name) => !/node_modules|\/requirements\.|\/snippet-/.test(name));

/** Ids in square brackets at the start of a test's title, by file. */
const proven = new Map<string, string[]>();
for (const file of testFiles) {
	for (const [, ids = ""] of readFileSync(file, "utf8").matchAll(
		/["'`]((?:\[[a-z]+\.[a-z0-9_-]+\] ?)+)/g,
	)) {
		for (const [, id = ""] of ids.matchAll(/\[([a-z]+\.[a-z0-9_-]+)\]/g)) {
			proven.set(id, [...(proven.get(id) ?? []), relative(root, file)]);
		}
	}
}

describe("requirements", () => {
	it("have unique ids", () => {
		expect(new Set(requirements.map((requirement) => requirement.id)).size).toBe(
			requirements.length,
		);
	});

	it.each(promises)("say something of promise “$id”", ({ id }) => {
		expect(requirements.filter((requirement) => requirement.id.startsWith(`${id}.`))).not.toEqual(
			[],
		);
	});

	// Those of a matrix have titles that are made while it runs: there `proofs.ts` judges what passed.
	it.each(requirements.filter(({ over }) => over === undefined))(
		"$id is proven by the tests it names",
		({ id, provenBy }) => {
			expect(provenBy.length).toBeGreaterThan(0);
			for (const file of provenBy) expect(proven.get(id) ?? []).toContain(file);
		},
	);

	it.each(requirements.flatMap(({ provenBy }) => provenBy))("%s is there", (file) => {
		expect(testFiles).toContain(join(root, file));
	});

	it("are judged by the titles of what passed, in every cell", () => {
		const one = { id: "a.b", says: "", provenBy: ["x.test.ts", "y.test.ts"], over: ["v1", "v2"] };
		const judged = (x: readonly string[], y?: readonly string[]) =>
			unproven([one], new Map([["x.test.ts", x], ...(y ? [["y.test.ts", y] as const] : [])]));
		expect(judged(["v1 > [a.b] works"], ["v2 > [a.b] works"])).toEqual([]);
		expect(judged(["v1 > [a.b] works"])).toEqual([]);
		expect(judged(["v1 > [a.bc] works"])).toEqual([
			"a.b: no test of x.test.ts that names it passed",
		]);
		expect(judged(["v1 > [a.b] works"], ["v22 > [a.b] works"])).toEqual(["a.b: not proven v2"]);
	});

	it("know every id that a test claims to prove", () => {
		const known = new Set(requirements.map((requirement) => requirement.id));
		expect([...proven.keys()].filter((id) => !known.has(id))).toEqual([]);
	});
});
