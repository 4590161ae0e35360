import { readFileSync } from "node:fs";
import { validate } from "@mcp-trail/event/schema";
import type { StoredEvent } from "@mcp-trail/event";
import fc from "fast-check";
import { examples } from "./examples.ts";

/** What is used here of a JSON Schema. */
interface Schema {
	readonly $ref?: string;
	readonly type?: string;
	readonly const?: unknown;
	readonly enum?: readonly unknown[];
	readonly anyOf?: readonly Schema[];
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly propertyNames?: Schema;
	readonly additionalProperties?: Schema;
	readonly required?: readonly string[];
	readonly items?: Schema;
	readonly pattern?: string;
	readonly minItems?: number;
	readonly maxItems?: number;
	readonly maxProperties?: number;
	readonly maxLength?: number;
	readonly minimum?: number;
	readonly maximum?: number;
}

const writer: Schema & { readonly $defs: Readonly<Record<string, Schema>> } = JSON.parse(
	readFileSync(new URL("../../../schemas/event/1.0.schema.json", import.meta.url), "utf8"),
);

/** What a peer would send to break out of a format. */
const hostile = fc
	.array(
		fc.constantFrom(
			...Array.from("|\\=\"'`]}[{<>&%$;:, ~\u00e9\ufb33\u{1f600}aZ09-_./"),
			"\\n",
			"<86>1 2026-11-20T10:15:30Z h sshd - - - forged",
			"CEF:0|a|b|c|d|e|10|",
			"__proto__",
			"constructor",
			"%0a%0d",
			"${jndi:ldap://a}",
			"user=root suser=root",
			"\ttab".trim(),
			"null",
			"\u0301",
			"0",
		),
		{ minLength: 1, maxLength: 12 },
	)
	.map((parts) => parts.join(""));

const kinds: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
	text: hostile,
	uri: hostile.map((text) => `file:///${text.replaceAll(/[?#@]/g, "")}`),
	content: fc.oneof(
		hostile,
		fc.string({ minLength: 1, unit: "grapheme" }),
		fc.constant("a\r\nb\0\u2028"),
	),
	time: fc.oneof(
		fc
			.date({ min: new Date(0), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true })
			.map((date) => date.toISOString()),
		fc.constantFrom("2026-02-31T23:59:59.999Z", "0000-01-01T00:00:00.000Z"),
	),
	int: fc.oneof(fc.nat(), fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER)),
};

function any(schema: Schema, name = ""): fc.Arbitrary<unknown> {
	const kind = schema.$ref?.slice("#/$defs/".length) ?? name;
	const known = kinds[kind];
	if (known && schema.type !== "integer") return known.map((value) => fit(value, schema));
	if (schema.$ref !== undefined) {
		const { $ref: _, ...own } = schema;
		return any({ ...writer.$defs[kind], ...own });
	}
	if (schema.const !== undefined) return fc.constant(schema.const);
	if (schema.enum) return fc.constantFrom(...schema.enum);
	if (schema.anyOf) return fc.oneof(...schema.anyOf.map((choice) => any(choice)));
	if (schema.type === "boolean") return fc.boolean();
	if (schema.type === "integer") {
		const { minimum: min = 0, maximum: max = Number.MAX_SAFE_INTEGER } = schema;
		return fc.oneof(
			fc.maxSafeInteger().map((n) => min + (Math.abs(n) % (max - min + 1))),
			fc.constantFrom(min, max),
		);
	}
	if (schema.items)
		return fc.array(any(schema.items), {
			minLength: schema.minItems ?? 0,
			maxLength: Math.min(3, schema.maxItems ?? 3),
		});
	if (schema.properties) {
		const fields: Readonly<Record<string, fc.Arbitrary<unknown>>> = Object.fromEntries(
			Object.entries(schema.properties).map(([member, value]) => [member, any(value, member)]),
		);
		return fc.record(fields, { requiredKeys: [...(schema.required ?? [])] });
	}
	if (schema.propertyNames)
		return fc.dictionary(
			fc.oneof(
				fc.constantFrom("constructor", "a.b", "a_b", "tostring", "a"),
				any(schema.propertyNames) as fc.Arbitrary<string>,
			),
			any(schema.additionalProperties ?? {}) as fc.Arbitrary<string>,
			{ minKeys: 1, maxKeys: 4 },
		);
	return fc.stringMatching(new RegExp(schema.pattern ?? "^[a-z]{1,9}$"));
}

function fit(value: unknown, { maxLength = 1_024 }: Schema): unknown {
	return typeof value === "string" ? Array.from(value).slice(0, maxLength).join("") : value;
}

const blocks = Object.fromEntries(
	Object.entries(writer.properties ?? {})
		.filter(([name]) => !["type", "phase", "schema_version"].includes(name))
		.map(([name, schema]) => [name, any(schema, name)]),
);

const bases = [...examples().values()];

/** Any event that a 1.0 recorder may write, hostile texts in every member that takes some. */
export const anEvent: fc.Arbitrary<StoredEvent> = fc
	.tuple(fc.constantFrom(...bases), fc.record(blocks, { requiredKeys: [] }), fc.nat(4))
	.map(([base, overlay, share]) => {
		const chosen = Object.entries(overlay).filter((_, index) => index % 5 <= share);
		return validate({ ...base, ...Object.fromEntries(chosen) }, { as: "writer" });
	})
	.filter((judged) => judged.valid)
	.map(({ event }) => event);

type Path = readonly (string | number)[];

/** Every member of an event that holds a single value. */
export function leaves(
	value: unknown,
	path: Path = [],
): { readonly path: Path; readonly value: unknown }[] {
	if (typeof value !== "object" || value === null) return [{ path, value }];
	return Object.entries(value).flatMap(([name, below]) =>
		leaves(below, [...path, Array.isArray(value) ? Number(name) : name]),
	);
}

/** The event with another value at one place. */
export function withLeaf(event: StoredEvent, path: Path): StoredEvent {
	const copy = structuredClone(event);
	let node = copy as unknown as Record<string | number, unknown>;
	for (const step of path.slice(0, -1)) node = node[step] as Record<string | number, unknown>;
	const last = path.at(-1) ?? "";
	node[last] = another(node[last]);
	return copy;
}

function another(value: unknown): unknown {
	if (typeof value === "boolean") return !value;
	if (typeof value === "number") return value === Number.MAX_SAFE_INTEGER ? value - 1 : value + 1;
	return `${String(value)}x`;
}
