import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { fieldsOf } from "../scripts/model.ts";
import type { Field } from "../scripts/model.ts";
import { bounds, inMemberOrder, isKnownType, isWord, reasons, requiredBlocks } from "./index.ts";
import { members } from "./schema/event.ts";
import { withoutCompilerNoise } from "../../../test/compiler-noise.ts";

const url = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

/** Imports a module in a fresh process in which nothing can load zod. */
function importWithoutZod(file: string) {
	const hook = `export async function resolve(specifier, context, next) {
		if (/^zod(\\/|$)/.test(specifier)) throw new Error("zod was asked for");
		return next(specifier, context);
	}`;
	const register = `import { register } from "node:module"; register(${JSON.stringify(url(hook))});`;
	const path = fileURLToPath(new URL(file, import.meta.url));
	return spawnSync(
		process.execPath,
		[
			"--conditions=@mcp-trail/source",
			"--import",
			"tsx",
			"--import",
			url(register),
			"--input-type=module",
			"-e",
			`await import(${JSON.stringify(path)});`,
		],
		{ encoding: "utf8", cwd: fileURLToPath(new URL("..", import.meta.url)) },
	);
}

describe("the root entry", () => {
	it("[schema.no_zod] loads no zod, and the schema entry does", () => {
		const root = importWithoutZod("./index.ts");
		expect(withoutCompilerNoise(root.stderr)).toBe("");
		expect(root.status).toBe(0);
		const schema = importWithoutZod("./schema.ts");
		expect(schema.status).not.toBe(0);
		expect(schema.stderr).toContain("zod was asked for");
	});
});

/** Bounds of lists as the schema has them, by path. */
function listBounds(prefix: string, fields: readonly Field[]): [string, number][] {
	return fields.flatMap(({ name, holds }): [string, number][] => {
		const path = prefix + name;
		if (holds.is === "list") return [[path, holds.max]];
		return holds.is === "block" ? listBounds(`${path}.`, holds.fields) : [];
	});
}

describe("the plain tables", () => {
	it("have the bounds of the schema", () => {
		const { labels, ...lists } = bounds.items;
		expect(Object.fromEntries(listBounds("", fieldsOf(members)))).toEqual(lists);
		expect(members.labels.unwrap().meta()?.["maxProperties"]).toBe(labels);
	});

	it("require only members that the schema has", () => {
		const names = fieldsOf(members).map(({ name }) => name);
		for (const required of Object.values(requiredBlocks).flat())
			expect(names).toContain(required.split(".")[0]);
	});

	it("hold only words as reasons, each once", () => {
		const words = Object.values(reasons).flat();
		expect(words.every(isWord)).toBe(true);
		expect(new Set(words).size).toBe(words.length);
	});

	it("tell words and known types from others", () => {
		expect(["a", "tool_error", "a1"].every(isWord)).toBe(true);
		expect(["", "A", "1a", "a-b", "a".repeat(65), 7, undefined].some(isWord)).toBe(false);
		expect(isKnownType("trail.lost")).toBe(true);
		expect(["toString", "__proto__", "ext.com.example.a", 7].some(isKnownType)).toBe(false);
	});
});

describe("inMemberOrder", () => {
	it("returns an ordered event itself and orders a copy of another, lists of blocks too", () => {
		const ordered = {
			id: "1",
			actor: { principal: { type: "user" }, delegation: [{ type: "user", id: "a" }] },
			labels: { b: "1", a: "2" },
		};
		expect(inMemberOrder(ordered)).toBe(ordered);
		const other = {
			labels: { b: "1", a: "2" },
			unknown: 1,
			actor: { delegation: [{ id: "a", type: "user" }], principal: { type: "user" } },
			id: "1",
		};
		const before = JSON.stringify(other);
		expect(JSON.stringify(inMemberOrder(other))).toBe(JSON.stringify({ ...ordered, unknown: 1 }));
		expect(JSON.stringify(other)).toBe(before);
	});
});
