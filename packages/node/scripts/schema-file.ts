import { readFileSync } from "node:fs";
import { z } from "zod";
import { configSchema } from "../src/config/schema.ts";

const folder = new URL("../../../schemas/config/", import.meta.url);

/** Where the JSON Schema of the configuration file stands. */
export const schemaPath = new URL("mcp-trail.schema.json", folder);

/** What is taken over of the schema of sinks. */
interface SinksSchema {
	readonly properties: { readonly sinks: z.core.JSONSchema.JSONSchema };
	readonly $defs: Readonly<Record<string, z.core.JSONSchema.JSONSchema>>;
}

/** Text of the JSON Schema of the configuration file; it holds that of its sinks, so that nobody has to fetch it. */
export function schemaText(): string {
	const sinks: SinksSchema = JSON.parse(readFileSync(new URL("sinks.schema.json", folder), "utf8"));
	const {
		$schema,
		$defs = {},
		...schema
	} = z.toJSONSchema(configSchema, {
		io: "input",
		override({ jsonSchema }) {
			// Formats of zod that JSON Schema does not know; their pattern says the same.
			if (jsonSchema.format?.startsWith("cidr")) delete jsonSchema.format;
		},
	});
	const described = schema.properties?.["sinks"];
	const whole = {
		$schema,
		$id: "urn:mcp-trail:schema:config:mcp-trail",
		title: "mcp-trail configuration",
		description: "What node --import @mcp-trail/node/register sets up.",
		...schema,
		properties: {
			...schema.properties,
			sinks: { ...(typeof described === "object" && described), ...sinks.properties.sinks },
		},
		$defs: { ...$defs, ...sinks.$defs },
	};
	return `${JSON.stringify(whole, undefined, 1)}\n`;
}
