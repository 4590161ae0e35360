import { z } from "zod";
import { configSchema } from "../src/config/schema.ts";

const site = "https://mcp-trail.github.io/schemas/config";

/** Where the JSON Schema of the configuration file stands. */
export const schemaPath = new URL("../../../schemas/config/mcp-trail.schema.json", import.meta.url);

/** Text of the JSON Schema of the configuration file; the blocks of sinks are those of their own schema. */
export function schemaText(): string {
	const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: "input" });
	const properties = {
		...schema.properties,
		sinks: { $ref: `${site}/sinks.schema.json#/properties/sinks` },
	};
	const whole = {
		$schema,
		$id: `${site}/mcp-trail.schema.json`,
		title: "mcp-trail configuration",
		description: "What node --import @mcp-trail/node/register sets up.",
		...schema,
		properties,
	};
	return `${JSON.stringify(whole, undefined, 1)}\n`;
}
