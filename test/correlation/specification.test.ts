import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AUDIT_EXTENSION } from "@mcp-trail/mcp";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { schema, schemaText } from "../../docs/extension/schema/draft/schema.ts";
import { requirements } from "../requirements.ts";

const home = join(import.meta.dirname, "../../docs/extension");
const read = (name: string): string => readFileSync(join(home, name), "utf8");

const requirement = z.union([
	z.strictObject({ check: z.string(), text: z.string(), proven_by: z.string() }),
	z.strictObject({ text: z.string(), excluded: z.string() }),
]);
const traceability = z.strictObject({
	extension: z.literal(AUDIT_EXTENSION),
	specification: z.string(),
	requirements: z.array(requirement),
});

/** Sentences of the specification that ask for something. */
function normative(text: string): readonly string[] {
	const [, body = ""] = text.split("## 1. Why");
	return body
		.split("\n")
		.filter((line) => /\b(?:MUST|SHOULD|MAY)\b/.test(line))
		.map((line) => line.replace(/^- /, ""));
}

const ajv = new Ajv2020({ strict: true });
ajv.addSchema(schema);

function verdicts(folder: "valid" | "invalid"): readonly (readonly [string, boolean])[] {
	return readdirSync(join(home, "examples", folder)).map((name) => {
		const [definition = ""] = name.split(".");
		const validate = ajv.getSchema(`${schema.$id}#/$defs/${definition}`);
		if (validate === undefined) throw new Error(`${name} is of no definition`);
		const value: unknown = JSON.parse(read(join("examples", folder, name)));
		return [name, validate(value) === true];
	});
}

describe("docs/extension", () => {
	it("[docs.extension_schema] the JSON Schema is the one its source makes", () => {
		expect(read("schema/draft/schema.json")).toBe(schemaText());
	});

	it("[system.extension_template] [docs.extension_examples] the schema takes every valid example and refuses every invalid one", () => {
		const valid = verdicts("valid");
		const invalid = verdicts("invalid");
		expect(valid.length).toBeGreaterThan(5);
		expect(invalid.length).toBeGreaterThan(10);
		expect(valid.filter(([, isValid]) => !isValid)).toEqual([]);
		expect(invalid.filter(([, isValid]) => isValid)).toEqual([]);
	});

	it("[system.extension_template] [docs.extension_traced] every normative sentence has a check that tests prove, or says why it has none", () => {
		const table = traceability.parse(parse(read("traceability.yaml")));
		const sentences = normative(read(table.specification));
		expect(sentences.length).toBeGreaterThan(25);
		expect(table.requirements.map(({ text }) => text)).toEqual(sentences);
		const checks = table.requirements.flatMap((row) => ("check" in row ? [row] : []));
		expect(new Set(checks.map(({ check }) => check)).size).toBe(checks.length);
		const known = new Set(requirements.map((row) => row.id));
		expect(checks.filter((row) => !known.has(row.proven_by))).toEqual([]);
	});

	it("[docs.extension_traced] text, README and code name the same identifier", () => {
		expect(read("specification/draft/audit.md")).toContain(`Identifier \`${AUDIT_EXTENSION}\``);
		expect(read("README.md")).toContain(`Identifier: \`${AUDIT_EXTENSION}\``);
	});
});
