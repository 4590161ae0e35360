import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { promises, requirements } from "./requirements.ts";

const root = join(import.meta.dirname, "..");
const testFiles = ["packages", "examples", "test"]
	.flatMap((folder) =>
		readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) =>
			join(root, folder, name),
		),
	)
	.filter((name) => name.endsWith(".ts") && !/node_modules|\/requirements\./.test(name));

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

	it.each(requirements)("$id is proven by the tests it names", ({ id, provenBy }) => {
		expect(provenBy.length).toBeGreaterThan(0);
		for (const file of provenBy) expect(proven.get(id) ?? []).toContain(file);
	});

	it("know every id that a test claims to prove", () => {
		const known = new Set(requirements.map((requirement) => requirement.id));
		expect([...proven.keys()].filter((id) => !known.has(id))).toEqual([]);
	});
});
