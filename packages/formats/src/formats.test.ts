import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StoredEvent } from "@mcp-trail/event";
import { validate } from "@mcp-trail/event/schema";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anEvent, leaves, withLeaf } from "../scripts/any-event.ts";
import { examples } from "../scripts/examples.ts";
import { generated, goldenFolder } from "../scripts/generated.ts";
import { formats, mappings } from "./formats.ts";
import { runs } from "../../../test/runs.ts";

const readerSchema = JSON.parse(
	readFileSync(new URL("../../../schemas/event/1.0.schema.json", import.meta.url), "utf8"),
);

describe("the formats", () => {
	it("[formats.generated] page and golden files are what the tables make", () => {
		const files = generated();
		for (const [file, text] of files)
			expect({ file, text: readFileSync(file, "utf8") }).toEqual({ file, text });
		const folder = fileURLToPath(goldenFolder);
		const committed = readdirSync(folder, { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile())
			.map((entry) => join(entry.parentPath, entry.name));
		expect(committed.filter((file) => !files.has(file))).toEqual([]);
	});

	it("have names of their own", () => {
		const names = formats.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9_]{0,31}$/);
	});

	it.each(mappings.map(({ format, parts }) => [format.name, parts] as const))(
		"%s reads only members that an event has",
		(_name, parts) => {
			const read = parts.flatMap(({ rows }) => rows.flatMap(({ from }) => from ?? []));
			expect(read.filter((path) => !hasMember(path))).toEqual([]);
		},
	);

	// All formats at once: what an event costs to make, change and validate is paid once for them.
	it("[system.siem] [formats.lossless] each says two events that differ in one member differently", () => {
		expect([...examples().values()].flatMap(sameAfterChange)).toEqual([]);
		fc.assert(
			fc.property(anEvent, (event) => {
				expect(sameAfterChange(event)).toEqual([]);
			}),
			{ numRuns: runs(20) },
		);
	});

	it("[formats.total] none throws, and each is pure", () => {
		fc.assert(
			fc.property(anEvent, (event) => {
				expect(validate(event, { as: "writer" }).issues).toEqual([]);
				const before = JSON.stringify(event);
				const impure = formats.filter((format) => {
					const said = JSON.stringify(format.project(event));
					return JSON.stringify(format.project(event)) !== said || JSON.stringify(event) !== before;
				});
				expect(impure.map(({ name }) => name)).toEqual([]);
			}),
			{ numRuns: runs(200) },
		);
	});
});

/** What a format says alike of an event and of one that differs in one member. */
function sameAfterChange(event: StoredEvent): string[] {
	const told = formats
		.map((format) => ({ format, said: JSON.stringify(format.project(event)) }))
		.filter(({ said }) => !isTrimmed(said));
	return leaves(event).flatMap(({ path }) => {
		const changed = withLeaf(event, path);
		return told
			.filter(({ format, said }) => JSON.stringify(format.project(changed)) === said)
			.map(({ format }) => `${format.name}: ${event.type}: ${path.join(".")}`);
	});
}

/** A line that says that not everything fitted; its `integrity.hash` still tells events apart. */
function isTrimmed(said: string): boolean {
	return / (?:mcpTrailT|t)rimmed=|\\ttrimmed=/.test(said);
}

function hasMember(path: string): boolean {
	let schema = readerSchema;
	for (const name of path.split(".")) {
		while (schema?.$ref !== undefined)
			schema = readerSchema.$defs[schema.$ref.slice("#/$defs/".length)];
		schema = schema?.properties?.[name];
	}
	return schema !== undefined;
}
