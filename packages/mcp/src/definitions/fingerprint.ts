import { createHash } from "node:crypto";
import { canonicalize } from "@mcp-trail/integrity";
import type { JsonObject } from "../json-object.ts";
import { cutCopy, shortKey } from "../short-key.ts";

/** What is remembered of a definition: enough to say that it changed, and in which fields. */
export interface Fingerprint {
	/** `sha256:<64 hex>` of its RFC 8785 form. */
	readonly digest: string;
	/** The same of what it does, whatever it is called. */
	readonly body: string;
	/** Short digests by field. */
	readonly fields: ReadonlyMap<string, string>;
}

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_FIELDS = 32;

/** Shown to people only, or about the listing itself: a change of these is not material (SEP-3140). */
const immaterial: ReadonlySet<string> = new Set([
	"title",
	"icons",
	"_meta",
	"size",
	"annotations.lastModified",
]);
const naming: ReadonlySet<string> = new Set(["name", "uri", "uriTemplate", "title"]);

function digestOf(value: unknown): string | undefined {
	const canonical = canonicalize(value, { maxBytes: MAX_BYTES });
	if ("undigested" in canonical) return undefined;
	return createHash("sha256").update(canonical.text).digest("hex");
}

/** `sha256:<64 hex>` of a definition's RFC 8785 form; undefined where it is no JSON, or too large. */
export function definitionDigest(item: JsonObject): string | undefined {
	const digest = digestOf(item);
	return digest === undefined ? undefined : `sha256:${digest}`;
}

/** Takes a definition's fingerprint. */
export function fingerprint(item: JsonObject, digest: string): Fingerprint {
	const fields = new Map<string, string>();
	const body: string[] = [];
	for (const field of Object.keys(item).slice(0, MAX_FIELDS).toSorted()) {
		const one = digestOf(item[field])?.slice(0, 16) ?? "";
		const name = cutCopy(field, 64);
		fields.set(name, one);
		if (!naming.has(field) && !immaterial.has(field)) body.push(name, one);
	}
	return { digest, body: shortKey(body.join("\n")), fields };
}

/** Which fields differ. */
export function changedFields(before: Fingerprint, now: Fingerprint): readonly string[] {
	const names = new Set([...before.fields.keys(), ...now.fields.keys()]);
	return [...names].filter((name) => before.fields.get(name) !== now.fields.get(name));
}

/** True where the change is of more than what people are shown. */
export const isMaterial = (fields: readonly string[]): boolean =>
	fields.some((field) => !immaterial.has(field));

/** A field's name as a word: `inputSchema` is `input_schema`. */
export function fieldWord(field: string): string {
	const word = field
		.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
		.replaceAll(/[^a-z0-9_]/g, "_")
		.replace(/^[^a-z]+/, "");
	return word === "" ? "other" : word.slice(0, 64);
}
