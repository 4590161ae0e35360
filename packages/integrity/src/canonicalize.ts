/** The RFC 8785 form of a value, or why it has none. */
export type Canonical =
	| {
			readonly text: string;
			/** Length of `text` in UTF-8. */
			readonly bytes: number;
	  }
	| { readonly undigested: "too_large" | "not_json" };

/** How far {@link canonicalize} goes. */
export interface CanonicalizeOptions {
	/** Longest canonical form, in bytes of UTF-8. */
	readonly maxBytes: number;
	/** Top-level members left out, such as `_meta`. */
	readonly omit?: readonly string[];
}

type Container = Readonly<Record<string | number, unknown>>;

/** A container being written: `keys` in order for an object, absent for an array. */
interface Frame {
	readonly value: Container;
	readonly keys: string[] | undefined;
	readonly length: number;
	next: number;
	empty: boolean;
}

const NOT_JSON: Canonical = { undigested: "not_json" };
const TOO_LARGE: Canonical = { undigested: "too_large" };

// With the flag `u` a surrogate matches only where it stands alone.
const NOT_PLAIN = /["\\\p{Cc}\p{Surrogate}]/u;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Writes a value in its RFC 8785 (JCS) form: members in UTF-16 order, no spaces, numbers as ECMAScript prints them.
 * What JSON.stringify leaves out (undefined members, functions) is left out and `toJSON` is heeded, so that a value
 * and its copy from the wire have one form. Never throws and never recurses, however deep the value;
 * `not_json` = a lone surrogate, a number that is not finite, a bigint, a cycle, or a value that throws when read.
 *
 * @example
 * ```ts
 * import { canonicalize } from "@mcp-trail/integrity";
 *
 * canonicalize({ b: 1, a: [true, "é"] }, { maxBytes: 1_048_576 });
 * // { text: '{"a":[true,"é"],"b":1}', bytes: 23 }
 * ```
 */
export function canonicalize(value: unknown, options: CanonicalizeOptions): Canonical {
	try {
		return writeSmall(value, options) ?? write(value, options);
	} catch {
		return NOT_JSON;
	}
}

/** Values met while writing a small value; what has more of them, or lies deeper, takes the long way. */
const SMALL_VALUES = 64;
const SMALL_DEPTH = 6;
let valuesLeft = 0;

/** The form of a small value of plain objects and arrays, as nearly all are; undefined = it takes the long way. */
function writeSmall(root: unknown, { maxBytes, omit }: CanonicalizeOptions): Canonical | undefined {
	valuesLeft = SMALL_VALUES;
	const text = smallText(root, maxBytes, omit, 0);
	if (text === undefined || text.length > maxBytes) return undefined;
	const bytes = Buffer.byteLength(text);
	return bytes > maxBytes ? TOO_LARGE : { text, bytes };
}

function smallText(
	value: unknown,
	maxBytes: number,
	omit: readonly string[] | undefined,
	depth: number,
): string | undefined {
	if (!isContainer(value)) {
		const scalar = scalarText(value, maxBytes);
		return typeof scalar === "string" ? scalar : undefined;
	}
	if (depth > SMALL_DEPTH || value["toJSON"] !== undefined) return undefined;
	const isList = Array.isArray(value);
	if (!isList && Object.getPrototypeOf(value) !== Object.prototype) return undefined;
	const keys = isList ? undefined : sortedKeys(value);
	const length = isList ? value.length : (keys?.length ?? 0);
	if ((valuesLeft -= length) < 0) return undefined;
	let text = "";
	for (let index = 0; index < length; index++) {
		const key = keys?.[index];
		if (key !== undefined && omit?.includes(key)) continue;
		const member = smallText(value[key ?? index], maxBytes, undefined, depth + 1);
		const name = key === undefined ? "" : scalarText(key, maxBytes);
		if (member === undefined || typeof name !== "string") return undefined;
		text += text === "" ? "" : ",";
		text += key === undefined ? member : `${name}:${member}`;
	}
	return isList ? `[${text}]` : `{${text}}`;
}

const FEW_KEYS = 8;

function sortedKeys(value: Container): string[] {
	const keys = Object.keys(value);
	if (keys.length > FEW_KEYS) return keys.toSorted();
	// By insertion: a call of sort() costs more than sorting a few.
	for (let index = 1; index < keys.length; index++) {
		const key = keys[index] ?? "";
		let at = index;
		for (; at > 0 && (keys[at - 1] ?? "") > key; at--) keys[at] = keys[at - 1] ?? "";
		keys[at] = key;
	}
	return keys;
}

function write(root: unknown, { maxBytes, omit }: CanonicalizeOptions): Canonical {
	const stack: Frame[] = [];
	let text = "";
	let value = reduce(root, "");
	if (value === undefined) return NOT_JSON;
	for (;;) {
		if (isContainer(value)) {
			const opened = open(value, stack.length === 0 ? omit : undefined);
			stack.push(opened);
			text += opened.keys === undefined ? "[" : "{";
			// Refused before the walk and the sort: an element takes at least 2 characters, a member 4.
			const least = opened.length * (opened.keys === undefined ? 2 : 4);
			if (text.length + least - 1 > maxBytes) return tooLarge(stack);
			opened.keys?.sort();
		} else {
			const scalar = scalarText(value, maxBytes);
			if (typeof scalar !== "string") return scalar;
			text += scalar;
			if (text.length > maxBytes) return tooLarge(stack);
		}
		let frame: Frame | undefined;
		while ((frame = stack[stack.length - 1]) !== undefined) {
			if (frame.next === frame.length) {
				text += frame.keys === undefined ? "]" : "}";
				stack.pop();
				continue;
			}
			const index = frame.next++;
			const key = frame.keys?.[index];
			if (key === undefined) {
				value = reduce(frame.value[index], index) ?? null;
				if (index > 0) text += ",";
				break;
			}
			value = reduce(frame.value[key], key);
			if (value === undefined) continue;
			const name = scalarText(key, maxBytes);
			if (typeof name !== "string") return name;
			text += frame.empty ? `${name}:` : `,${name}:`;
			frame.empty = false;
			break;
		}
		if (frame === undefined) break;
	}
	const bytes = Buffer.byteLength(text);
	return bytes > maxBytes ? TOO_LARGE : { text, bytes };
}

function isContainer(value: unknown): value is Container {
	return typeof value === "object" && value !== null;
}

function open(value: Container, omit: readonly string[] | undefined): Frame {
	if (Array.isArray(value))
		return { value, keys: undefined, length: value.length, next: 0, empty: true };
	let keys = Object.keys(value);
	if (omit !== undefined) keys = keys.filter((key) => !omit.includes(key));
	return { value, keys, length: keys.length, next: 0, empty: true };
}

/** What JSON.stringify would write in place of a value; undefined = nothing. */
function reduce(value: unknown, key: string | number): unknown {
	let reduced = value;
	if (isContainer(value)) {
		const { toJSON } = value;
		if (typeof toJSON === "function") reduced = toJSON.call(value, String(key));
		if (isContainer(reduced) && isBoxed(reduced)) reduced = reduced.valueOf();
	}
	return typeof reduced === "function" || typeof reduced === "symbol" ? undefined : reduced;
}

function isBoxed(value: object): boolean {
	const prototype: unknown = Object.getPrototypeOf(value);
	return (
		prototype === String.prototype ||
		prototype === Number.prototype ||
		prototype === Boolean.prototype
	);
}

function scalarText(value: unknown, maxBytes: number): string | Canonical {
	if (typeof value === "string") {
		if (value.length > maxBytes) return TOO_LARGE;
		if (!NOT_PLAIN.test(value)) return `"${value}"`;
		return LONE_SURROGATE.test(value) ? NOT_JSON : JSON.stringify(value);
	}
	if (typeof value === "number") return Number.isFinite(value) ? String(value) : NOT_JSON;
	if (typeof value === "boolean") return value ? "true" : "false";
	return value === null ? "null" : NOT_JSON;
}

/** A cycle never ends by itself: where the bound ends it, a container stands within itself. */
function tooLarge(stack: readonly Frame[]): Canonical {
	return new Set(stack.map((frame) => frame.value)).size < stack.length ? NOT_JSON : TOO_LARGE;
}
