import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";

const root = new URL("../../", import.meta.url);
const folders = ["schemas/", "docs/extension/schema/"];

/** As of JSON Schema itself; all others are unknown, and so refused. */
const formats = { uri: true, ipv4: true, ipv6: true } as const;

/** OCSF's classes require members in a branch that are defined beside it. */
const STRICTLY = { strict: true, strictRequired: false, formats } as const;

/** Every JSON file that says it is a JSON Schema, by its path. */
const schemas = folders.flatMap((folder) =>
	readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
		.filter((path) => path.endsWith(".json"))
		.map((path) => ({
			path: folder + path,
			text: readFileSync(new URL(folder + path, root), "utf8"),
		}))
		.filter(({ text }) => text.includes("https://json-schema.org/draft/")),
);

/** Values of a member, wherever it stands in the schema. */
function valuesOf(name: string, text: string): readonly unknown[] {
	const found: unknown[] = [];
	JSON.parse(text, (key, value: unknown) => {
		if (key === name && typeof value === "string") found.push(value);
		return value;
	});
	return found;
}

describe("the published JSON Schemas", () => {
	it("[schema.self_contained] are those of events, of configurations, of the extension and of OCSF", () => {
		const own = schemas.filter(({ path }) => !path.startsWith("schemas/siem/ocsf/"));
		expect(schemas.length).toBeGreaterThan(own.length);
		expect(own.map(({ path }) => path).toSorted()).toEqual([
			"docs/extension/schema/draft/schema.json",
			"schemas/config/mcp-trail.schema.json",
			"schemas/config/sinks.schema.json",
			"schemas/event/1.0.schema.json",
			"schemas/event/1.reader.schema.json",
		]);
	});

	it.each(schemas)(
		"[schema.self_contained] $path compiles alone, and names no host",
		({ text }) => {
			// OCSF's classes require members in a branch that are defined beside it.
			const ajv = new Ajv2020(STRICTLY);
			ajv.compile(JSON.parse(text));
			for (const reference of valuesOf("$ref", text)) expect(reference).toMatch(/^#/u);
			for (const id of valuesOf("$id", text)) expect(id).toMatch(/^urn:/u);
		},
	);

	it("[schema.self_contained] the one of the configuration judges the blocks of sinks too", () => {
		const file = schemas.find(({ path }) => path.endsWith("mcp-trail.schema.json"));
		const judges = new Ajv2020(STRICTLY).compile(JSON.parse(file?.text ?? "{}"));
		expect(judges({ sinks: [{ type: "kafka", brokers: ["a:9092"] }] })).toBe(true);
		expect(judges({ sinks: [{ type: "kafka", broker: ["a:9092"] }] })).toBe(false);
		expect(judges({ sinks: [{ type: "kafkaa" }] })).toBe(false);
	});
});
