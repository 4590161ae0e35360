import { z } from "zod";
import { patterns } from "../src/patterns.ts";
import { eventTypes, requiredBlocks } from "../src/vocabulary.ts";

type Json = z.core.JSONSchema.JSONSchema;

/** Members that the zod schemas carry for the other generators, and that JSON Schema does not know. */
const NOTES = ["kind", "block", "about", "fallback", "same", "peer", "$schema"] as const;

/** In Python and Java `$` also matches before a last line end, which no pattern here means to allow. */
const LINE_END = "[\n\r\u0085\u2028\u2029]";

/** Kinds that many fields share, as definitions. */
const definitions: Readonly<Record<string, Json>> = {
	text: { ...matches(patterns.text), minLength: 1 },
	uri: { ...matches(patterns.uri, patterns.uriPrivate), minLength: 1 },
	word: matches(patterns.word),
	id: matches(patterns.id),
	id7: matches(patterns.id7),
	time: matches(patterns.time),
	digest: matches(patterns.digest),
	keyed: matches(patterns.keyed),
	int: { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
};

function matches(pattern: string, ...unwanted: readonly string[]): Json {
	const against = [LINE_END, ...unwanted].map((one) => ({ pattern: one }));
	return {
		type: "string",
		pattern,
		not: against.length === 1 ? { pattern: LINE_END } : { anyOf: against },
	};
}

interface Published {
	readonly id: string;
	readonly title: string;
	readonly description: string;
	readonly rules: readonly Json[];
}

const urn = "urn:mcp-trail:schema:event";

/** Text of the closed writer schema. */
export function writerFile(schema: z.ZodType): string {
	return published(schema, {
		id: `${urn}:1.0`,
		title: "mcp-trail audit event 1.0 (writer)",
		description: "What a 1.0 recorder may write. Closed: unknown members and values are wrong.",
		rules: [...typeRules(), phaseRule(true)],
	});
}

/** Text of the open reader schema of the major version. */
export function readerFile(schema: z.ZodType): string {
	return published(schema, {
		id: `${urn}:1.reader`,
		title: "mcp-trail audit event 1 (reader)",
		description:
			"What a reader of version 1 takes. Unknown members, types and values of open lists pass.",
		rules: [...typeRules(), phaseRule(false)],
	});
}

function published(schema: z.ZodType, { id, title, description, rules }: Published): string {
	const body = tidy(z.toJSONSchema(schema));
	const success = { properties: { status: { const: "success" } } };
	Object.assign(property(body, "outcome"), when(success, undefined, needs("reason")));
	const first = { properties: { sequence: { const: 1 } } };
	const headless = { properties: { previous_hash: false } };
	Object.assign(property(body, "integrity"), when(first, headless, needs("previous_hash")));
	const head = {
		$schema: "https://json-schema.org/draft/2020-12/schema",
		$id: id,
		title,
		description,
	};
	return `${ascii(layOut({ ...head, ...body, allOf: rules, $defs: definitions }))}\n`;
}

/** `if` a schema holds, `then` another must, else a third. */
function when(condition: Json, holds: Json | undefined, otherwise?: Json): Json {
	const rule = [["if", condition] as const, ["then", holds] as const, ["else", otherwise] as const];
	return Object.fromEntries(rule.filter(([, part]) => part !== undefined));
}

/** Requires a member; strict validators want it among the properties too. */
function needs(name: string, member: Json | true = true): Json {
	return { required: [name], properties: { [name]: member } };
}

/** JSON with one line for everything that is short, so that a field is a line. */
function layOut(value: unknown, indent = ""): string {
	const line = JSON.stringify(value);
	if (line.length < 100 || typeof value !== "object" || value === null) return line;
	if (Array.isArray(value) && value.every((item) => typeof item !== "object")) return line;
	const isField = !Object.values(value).some((member) => typeof member === "object");
	if (isField && indent !== "") return line;
	const deeper = `${indent} `;
	if (Array.isArray(value))
		return `[\n${value.map((item) => deeper + layOut(item, deeper)).join(",\n")}\n${indent}]`;
	const members = Object.entries(value).map(
		([name, member]) => `${deeper}${JSON.stringify(name)}: ${layOut(member, deeper)}`,
	);
	return `{\n${members.join(",\n")}\n${indent}}`;
}

/** Shares definitions and takes out the notes, all the way down. */
function tidy(schema: Json): Json {
	const kind = typeof schema["kind"] === "string" ? schema["kind"] : "";
	const out: Json = { ...schema };
	for (const note of NOTES) Reflect.deleteProperty(out, note);
	const shared = /^(text|uri)\(/.exec(kind)?.[1] ?? kind;
	if (Object.hasOwn(definitions, shared)) {
		const { description, maxLength } = out;
		return {
			$ref: `#/$defs/${shared}`,
			...(maxLength !== undefined && { type: "string", maxLength }),
			...(description !== undefined && { description }),
		};
	}
	if (out.pattern !== undefined) Object.assign(out, matches(out.pattern));
	if (out.propertyNames !== undefined) out.propertyNames = tidyAny(out.propertyNames);
	if (out.properties !== undefined)
		out.properties = Object.fromEntries(
			Object.entries(out.properties).map(([name, member]) => [name, tidyAny(member)]),
		);
	if (out.items !== undefined && !Array.isArray(out.items)) out.items = tidyAny(out.items);
	if (out.anyOf !== undefined)
		out.anyOf = out.anyOf.flatMap((one) => (typeof one === "object" ? [tidy(one)] : []));
	if (out.additionalProperties !== undefined) {
		out.additionalProperties = tidyAny(out.additionalProperties);
		// An empty schema takes everything, as its absence does.
		if (JSON.stringify(out.additionalProperties) === "{}") delete out.additionalProperties;
	}
	return out;
}

function tidyAny(schema: Json | boolean): Json | boolean {
	return typeof schema === "object" ? tidy(schema) : schema;
}

function property(schema: Json, name: string): Json {
	const member = schema.properties?.[name];
	if (typeof member !== "object") throw new TypeError(`The event has no block ${name}.`);
	return member;
}

/** One rule for each thing that some types require. */
function typeRules(): readonly Json[] {
	const names = [...new Set(eventTypes.flatMap((type): readonly string[] => requiredBlocks[type]))];
	return names.map((name) => {
		const types = eventTypes.filter((type) => new Set<string>(requiredBlocks[type]).has(name));
		const [block = name, member] = name.split(".");
		const inner = member === undefined ? true : ({ type: "object", ...needs(member) } as const);
		return when({ properties: { type: { enum: [...types] } } }, needs(block, inner));
	});
}

function phaseRule(closed: boolean): Json {
	const request = { properties: { type: { const: "mcp.request" } } };
	const outcome = when(
		{ properties: { phase: { const: "outcome" } }, required: ["phase"] },
		needs("outcome"),
	);
	return when(request, outcome, closed ? { properties: { phase: false } } : undefined);
}

/** Hidden and wide characters as escapes, so that the file shows what it says. */
function ascii(json: string): string {
	return json.replaceAll(
		/[^\n -~]/g,
		(unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
	);
}
