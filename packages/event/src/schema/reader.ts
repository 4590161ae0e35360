import { z } from "zod";
import { patterns } from "../patterns.ts";
import { members } from "./event.ts";
import { rules } from "./rules.ts";

/** What a reader of schema 1 takes: unknown members, types and values of open lists pass. */
export const readerEvent = z
	.looseObject(
		openedShape({
			...members,
			schema_version: z
				.string()
				.regex(new RegExp(patterns.anyMinor, "u"), "must be 1.<minor>")
				.meta({ ...members.schema_version.meta(), kind: "version" }),
			type: z
				.string()
				.regex(new RegExp(patterns.anyType, "u"), "must be lower-case words with dots between")
				.max(256)
				.meta({ ...members.type.meta(), kind: "any type", maxLength: 256 }),
		}),
	)
	.check(rules);

function openedShape(shape: Readonly<Record<string, unknown>>): Record<string, z.ZodType> {
	return Object.fromEntries(Object.entries(shape).map(([name, member]) => [name, opened(member)]));
}

function opened(schema: unknown): z.ZodType {
	if (schema instanceof z.ZodExactOptional) return z.exactOptional(opened(schema.unwrap()));
	if (schema instanceof z.ZodObject) {
		const shape = openedShape(schema.shape);
		return schema.clone({ ...schema.def, shape, catchall: z.unknown() }).meta({ ...schema.meta() });
	}
	if (schema instanceof z.ZodArray)
		return schema
			.clone({ ...schema.def, element: opened(schema.element) })
			.meta({ ...schema.meta() });
	if (schema instanceof z.ZodEnum && schema.meta()?.["fallback"] !== undefined)
		return z.string().meta({ ...schema.meta() });
	if (schema instanceof z.ZodType) return schema;
	throw new TypeError("A member of a shape is no zod schema.");
}
