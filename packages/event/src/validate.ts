import type { z } from "zod";
import { auditEvent, newEvent, storedEvent } from "./schema/event.ts";
import { explain } from "./schema/explain.ts";
import { readerEvent } from "./schema/reader.ts";
import type { Issue } from "./schema/explain.ts";
import type { AuditEvent, NewEvent, StoredEvent } from "./types.gen.ts";

export type { Issue } from "./schema/explain.ts";

/** What a value can be validated as, and the event that it then is. */
export interface Forms {
	/** A stored event of any 1.x: unknown members, types and values of open lists pass. */
	readonly reader: StoredEvent;
	/** A stored event exactly as a 1.0 recorder may write it. */
	readonly writer: StoredEvent;
	/** An event before the trail gives it a place in the chain. */
	readonly audit: AuditEvent;
	/** What an observer or an application hands over. */
	readonly new: NewEvent;
}

/** The result of `validate`: the event with its members in stored order, or what is wrong. */
export type Validation<E> =
	| { readonly valid: true; readonly issues: readonly []; readonly event: E }
	| { readonly valid: false; readonly issues: readonly Issue[] };

const schemas = {
	reader: readerEvent,
	writer: storedEvent,
	audit: auditEvent,
	new: newEvent,
} satisfies Record<keyof Forms, z.ZodType>;

const MAJOR = /^([0-9]{1,6})[.][0-9]{1,6}$/;

/**
 * Judges a parsed JSON value by the schema. Never throws.
 *
 * @example
 * const { valid, issues } = validate(JSON.parse(line), { as: "reader" });
 * if (!valid) for (const { path, message } of issues) console.error(`${path} ${message}`);
 */
export function validate<F extends keyof Forms>(
	value: unknown,
	options: { readonly as: F },
): Validation<Forms[F]>;
export function validate(
	value: unknown,
	options: { readonly as: keyof Forms },
): Validation<unknown> {
	const foreign = foreignMajor(value);
	if (foreign !== undefined) return { valid: false, issues: [foreign] };
	const schema: z.ZodType = schemas[options.as];
	const result = schema.safeParse(value);
	if (result.success) return { valid: true, issues: [], event: result.data };
	return { valid: false, issues: explain(result.error.issues, value) };
}

function foreignMajor(value: unknown): Issue | undefined {
	if (typeof value !== "object" || value === null || !Object.hasOwn(value, "schema_version"))
		return undefined;
	const version: unknown = Reflect.get(value, "schema_version");
	const major = typeof version === "string" ? MAJOR.exec(version)?.[1] : undefined;
	if (major === undefined || major === "1") return undefined;
	return {
		path: "/schema_version",
		rule: "unknown_major",
		message: `is ${String(version)}, and only 1.x is known here; use a release that knows version ${major}`,
	};
}
