import { z } from "zod";
import { patterns } from "../patterns.ts";

/** What a field's docstring, the JSON Schema and docs/event.md say beside its kind. */
interface Notes {
	/** The nearest names in other schemas. */
	readonly same?: string;
	/** True where the value is the peer's own word and never evidence. */
	readonly peer?: true;
}

/** Attaches a field's meaning. The kind's own notes (name, bounds, fallback) stay. */
export function field<T extends z.ZodType>(kind: T, meaning: string, notes: Notes = {}): T {
	return kind.meta({ ...kind.meta(), description: meaning, ...notes });
}

/** Attaches a field's meaning and makes the member optional: absent, never `undefined` or `null`. */
export function maybe<T extends z.ZodType>(
	kind: T,
	meaning: string,
	notes: Notes = {},
): z.ZodExactOptional<T> {
	return z.exactOptional(field(kind, meaning, notes));
}

/** A block: a closed object with a name for its interface. A block without required members has at least one. */
export function block<S extends z.core.$ZodLooseShape>(name: string, doc: string, shape: S) {
	const optional = Object.values(shape).every((member) => member instanceof z.ZodExactOptional);
	const object = z.strictObject(shape);
	const checked = optional
		? object.refine((value) => Object.keys(value).length > 0, {
				message: "must have at least one member; leave the block out when nothing is known",
				params: { rule: "empty_block" },
			})
		: object;
	return checked.meta({
		block: name,
		about: doc,
		description: doc,
		...(optional && { minProperties: 1 }),
	});
}

function matching(kind: string, pattern: string, message: string) {
	return z.string().regex(new RegExp(pattern, "u"), { message, abort: true }).meta({ kind });
}

/** Strings are counted in Unicode code points, as JSON Schema does. */
function within(max: number, value: string): boolean {
	if (value.length <= max) return true;
	let count = 0;
	for (const _ of value) if (++count > max) return false;
	return true;
}

function bounded(max: number, base: z.ZodString) {
	return base
		.refine((value) => value !== "", {
			message: "must not be empty; leave the member out instead",
			params: { rule: "empty_text" },
			abort: true,
		})
		.refine((value) => within(max, value), {
			message: `must have at most ${max} characters`,
			params: { rule: "too_long" },
		});
}

/** Visible text of 1..max characters. */
export function text(max: number) {
	const base = matching(
		"text",
		patterns.text,
		"must hold no control, bidirectional, zero-width, line-separator, soft-hyphen, BOM or tag character and no lone surrogate; write such a character as visible \\u{…}",
	);
	return bounded(max, base).meta({ kind: `text(${max})`, minLength: 1, maxLength: max });
}

/** A URI of 1..max characters without user info, query and fragment; of `data:` only the media type. */
export function uri(max: number) {
	const base = matching(
		"uri",
		patterns.uri,
		"must be visible text without query and fragment (no '?', no '#')",
	);
	const unwanted = new RegExp(patterns.uriPrivate, "u");
	return bounded(max, base)
		.refine((value) => !unwanted.test(value), {
			message: "must hold no user info and, after 'data:', only the media type",
			params: { rule: "uri_private" },
		})
		.meta({
			kind: `uri(${max})`,
			minLength: 1,
			maxLength: max,
			not: { pattern: patterns.uriPrivate },
		});
}

/** A string of 1..max characters without further rules. */
export function raw(max: number) {
	return bounded(max, z.string()).meta({ kind: `string ≤ ${max}`, minLength: 1, maxLength: max });
}

export const word = matching(
	"word",
	patterns.word,
	"must be a word: a lower-case letter, then at most 63 lower-case letters, digits or '_'",
);
export const id = matching("id", patterns.id, "must be a lower-case UUID");
export const id7 = matching("id7", patterns.id7, "must be a lower-case UUIDv7");
export const time = matching(
	"time",
	patterns.time,
	"must be a UTC time with three decimals, like 2026-11-20T10:15:30.123Z",
);
export const digest = matching(
	"digest",
	patterns.digest,
	"must be 'sha256:' and 64 lower-case hexadecimal digits",
);
export const keyed = matching(
	"keyed",
	patterns.keyed,
	"must be 'hmac-sha256:', a key id, ':' and 64 lower-case hexadecimal digits",
);
export const keyId = matching(
	"key id",
	patterns.keyId,
	"must be a key id: a lower-case letter or digit, then at most 31 of a-z, 0-9, '.', '_', '-'",
);
export const sinkName = matching(
	"sink name",
	patterns.sinkName,
	"must be a sink name: a lower-case letter, then at most 31 of a-z, 0-9, '_', '-'",
);
export const traceId = matching(
	"32 hex",
	patterns.traceId,
	"must be 32 lower-case hexadecimal digits",
);
export const spanId = matching(
	"16 hex",
	patterns.spanId,
	"must be 16 lower-case hexadecimal digits",
);
export const thumbprint = matching(
	"43 base64url",
	patterns.thumbprint,
	"must be a thumbprint of 43 base64url characters",
);
export const flag = z.boolean().meta({ kind: "bool" });

/** An integer from min to max, by default a count: 0 and up. */
export function int(min = 0, max = Number.MAX_SAFE_INTEGER) {
	const kind =
		max < Number.MAX_SAFE_INTEGER ? `int ${min}..${max}` : min > 0 ? `int ≥ ${min}` : "int";
	return z.int().min(min).max(max).meta({ kind });
}

/** Any integer JSON carries safely. */
export const integer = z.int().meta({ kind: "integer" });

/** A list that is closed for all of 1.x. */
export function closed<const T extends readonly [string, ...string[]]>(values: T) {
	return z.enum(values).meta({ kind: "closed list" });
}

/** A list that a minor version may extend; a reader takes an unknown value as `fallback`. */
export function open<const T extends readonly [string, ...string[]]>(
	values: T,
	fallback: T[number],
) {
	return z.enum(values).meta({ kind: "open list", fallback });
}

/** A list of 1..max items: empty lists are never written. */
export function list<T extends z.ZodType>(item: T, max: number) {
	return z.array(item).min(1).max(max).meta({ maxItems: max });
}
