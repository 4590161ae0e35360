import { Buffer } from "node:buffer";
import { cutText, lineText } from "./text.ts";
import type { Fields, Filled } from "../table.ts";

/** How a line format writes the fields of an event, and how much of them it may write. */
export interface FieldRules {
	/** A field as it stands in the line, what separates it from the one before included; `json`: a list or block. */
	readonly write: (key: string, text: string, json: boolean) => string;
	/** Characters that a receiver keeps of a key's value; a key that is not here has no limit. */
	readonly maxCharacters: Readonly<Record<string, number>>;
	/** The key under which the names of what was cut or left out are written. */
	readonly trimmedKey: string;
}

/** What of a filled table is not in the header: its fields, and the rest under one key. */
export function fieldsOf(
	{ said, rest }: Filled,
	header: readonly string[],
	restKey: string,
): Fields {
	const fields = Object.entries(said).filter(([key]) => !header.includes(key));
	if (Object.keys(rest).length > 0) fields.push([restKey, rest]);
	return Object.fromEntries(fields);
}

/**
 * Writes fields into at most `maxBytes`, in their order, which is that of their importance. Where
 * they do not fit, whole fields are left out from the last on; a text over its own limit ends in
 * `…`; a list or block over it is left out. Each of them is named under `trimmedKey`, or all of
 * them with `*`.
 */
export function writeFields(
	said: Fields,
	{ write, maxCharacters, trimmedKey }: FieldRules,
	maxBytes: number,
	alreadyTrimmed: readonly string[] = [],
): string {
	const trimmed = [...alreadyTrimmed];
	const fields: { readonly key: string; readonly text: string; readonly bytes: number }[] = [];
	for (const [key, value] of Object.entries(said)) {
		if (key.endsWith("Label")) continue; // `cs1Label` is written, or left out, with `cs1`
		const text = lineText(value);
		if (text === undefined) continue;
		const limit = Object.hasOwn(maxCharacters, key) ? maxCharacters[key] : undefined;
		const kept = limit === undefined ? text : cutText(text, limit);
		if (kept !== text) trimmed.push(key);
		if (kept !== text && typeof value === "object") continue;
		const label = lineText(said[`${key}Label`]);
		const field =
			(label === undefined ? "" : write(`${key}Label`, label, false)) +
			write(key, kept, typeof value === "object");
		fields.push({ key, text: field, bytes: Buffer.byteLength(field) });
	}
	const mark = (): string => {
		if (trimmed.length === 0) return "";
		return write(trimmedKey, fields.length === 0 ? "*" : trimmed.join(","), false);
	};
	let bytes = fields.reduce((sum, field) => sum + field.bytes, 0);
	while (bytes + Buffer.byteLength(mark()) > maxBytes) {
		const left = fields.pop();
		if (left === undefined) break;
		bytes -= left.bytes;
		if (!trimmed.includes(left.key)) trimmed.push(left.key);
	}
	return fields.map(({ text }) => text).join("") + mark();
}
