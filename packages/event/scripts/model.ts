import { z } from "zod";

/** What a field holds, in the words of the generators. */
export type Holds =
	| {
			readonly is: "block";
			readonly name: string;
			readonly about: string;
			readonly fields: readonly Field[];
	  }
	| { readonly is: "list"; readonly item: Holds; readonly max: number }
	| { readonly is: "values"; readonly values: readonly string[]; readonly kind: string }
	| { readonly is: "plain"; readonly type: string; readonly kind: string };

/** One member of a block. */
export interface Field {
	readonly name: string;
	readonly required: boolean;
	readonly meaning: string;
	readonly holds: Holds;
	readonly fallback?: string | undefined;
	readonly same?: string | undefined;
	readonly peer?: boolean | undefined;
}

const notes = z.object({
	description: z.string().default(""),
	about: z.string().default(""),
	block: z.string().default(""),
	kind: z.string().default(""),
	fallback: z.string().optional(),
	same: z.string().optional(),
	peer: z.boolean().optional(),
	maxItems: z.number().default(0),
});

/** The fields of an object's shape. */
export function fieldsOf(shape: Readonly<Record<string, unknown>>): readonly Field[] {
	return Object.entries(shape).map(([name, member]) => {
		const required = !(member instanceof z.ZodExactOptional);
		const kind = zod(required ? member : member.unwrap());
		const { description: meaning, fallback, same, peer } = notesOf(kind);
		return { name, required, meaning, holds: holdsOf(kind), fallback, same, peer };
	});
}

function notesOf(kind: z.ZodType): z.infer<typeof notes> {
	return notes.parse(kind.meta() ?? {});
}

function zod(value: unknown): z.ZodType {
	if (value instanceof z.ZodType) return value;
	throw new TypeError("A member of a shape is no zod schema.");
}

function holdsOf(schema: z.ZodType): Holds {
	const { about, block, kind, maxItems } = notesOf(schema);
	if (schema instanceof z.ZodObject)
		return { is: "block", name: block, about, fields: fieldsOf(schema.shape) };
	if (schema instanceof z.ZodArray)
		return { is: "list", item: holdsOf(zod(schema.element)), max: maxItems };
	if (schema instanceof z.ZodEnum)
		return { is: "values", values: schema.options.map(String), kind };
	if (schema instanceof z.ZodLiteral) return { is: "values", values: [String(schema.value)], kind };
	return { is: "plain", type: plainType(schema), kind };
}

function plainType(schema: z.ZodType): string {
	if (schema instanceof z.ZodBoolean) return "boolean";
	if (schema instanceof z.ZodNumber) return "number";
	if (schema instanceof z.ZodString) return "string";
	if (schema instanceof z.ZodUnion) return "EventType";
	if (schema instanceof z.ZodRecord) return "Readonly<Record<string, string>>";
	throw new TypeError(`No TypeScript form for a zod ${schema.type}; add one to model.ts.`);
}

/** The kind of a field in words, such as `≤ 16 × text(128)`. */
export function kindOf(holds: Holds): string {
	if (holds.is === "list") return `≤ ${holds.max} × ${kindOf(holds.item)}`;
	if (holds.is === "block") return holds.name;
	return holds.kind;
}
