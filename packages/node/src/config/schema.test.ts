import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { schemaPath, schemaText } from "../../scripts/schema-file.ts";

it("[schema.config_file] the JSON Schema of mcp-trail.config.json is the one that is generated", () => {
	expect(readFileSync(schemaPath, "utf8")).toBe(schemaText());
	expect(schemaText()).toContain('"$ref": "#/$defs/kafka"');
});
