import { z } from "zod";
import type { SinkKind } from "../src/config/kind.ts";
import { kinds } from "../src/config/kinds.ts";
import { words } from "../src/config/words.ts";
import { docstringsOf } from "./docstrings.ts";

type Json = z.core.JSONSchema.JSONSchema;

const is = words();

/** What many options share, as definitions. */
const shared = z.registry<{ id: string }>();
shared.add(is.secret, { id: "secret" });
shared.add(is.certificate, { id: "certificate" });
shared.add(is.format, { id: "format" });
shared.add(is.objectFormat, { id: "object_format" });

/** The JSON Schema of one kind's block, its options described as in the code. */
export function blockSchema(kind: SinkKind): { block: Json; definitions: Record<string, Json> } {
	const {
		$schema: _,
		$defs: definitions = {},
		...block
	} = z.toJSONSchema(kind.schema(is), { io: "input", metadata: shared });
	const docs = docstringsOf(kind.type);
	const properties = Object.fromEntries(
		Object.entries(block.properties ?? {}).map(([name, schema]) => {
			const { says = "", otherwise = "" } = docs.get(name) ?? {};
			const text = [says, otherwise === "" ? "" : `Default: ${otherwise}.`].join(" ").trim();
			return [
				name,
				typeof schema === "object" && text !== "" ? { description: text, ...schema } : schema,
			];
		}),
	);
	return {
		block: { ...block, properties, examples: [{ type: kind.type, ...kind.example }] },
		definitions,
	};
}

/** Text of the JSON Schema for editors. */
export function schemaFile(): string {
	const blocks = kinds.map((kind) => ({ type: kind.type, ...blockSchema(kind) }));
	const schema: Json = {
		$schema: "https://json-schema.org/draft/2020-12/schema",
		$id: "urn:mcp-trail:schema:config:sinks",
		title: "mcp-trail sinks",
		description: "Where the events of an audit trail are sent.",
		type: "object",
		properties: {
			$schema: { type: "string" },
			sinks: {
				type: "array",
				minItems: 1,
				maxItems: 32,
				items: {
					type: "object",
					properties: { type: { enum: blocks.map(({ type }) => type) } },
					required: ["type"],
					// One error for a wrong option, where `oneOf` would give one for each type.
					allOf: blocks.map(({ type }) => ({
						if: { properties: { type: { const: type } }, required: ["type"] },
						// oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema
						then: { $ref: `#/$defs/${type}` },
					})),
				},
			},
		},
		required: ["sinks"],
		additionalProperties: false,
		$defs: {
			...Object.fromEntries(blocks.map(({ type, block }) => [type, block])),
			...Object.assign({}, ...blocks.map(({ definitions }) => definitions)),
		},
	};
	return `${JSON.stringify(schema, undefined, 1)}\n`;
}
