import type { Digester, DigestKind, Level } from "@mcp-trail/audit";
import { cleanText, type ResponseMessage, type Shape } from "@mcp-trail/event";
import { canonicalize } from "@mcp-trail/integrity";
import { shortKey } from "../short-key.ts";

/** What is kept of a request's arguments or of a result: never more than the level allows. */
export type Body = Pick<
	ResponseMessage,
	"bytes" | "digest" | "undigested" | "shape" | "content" | "truncated"
>;

/** How a body is taken. */
export interface BodyOptions {
	readonly digester: Digester;
	readonly kind: DigestKind;
	readonly maxDigestBytes: number;
	/** Top-level members left out: metadata, and what a person answered. */
	readonly omit: readonly string[];
	/** Top-level names the definition's schema declares; absent = no shape is made. */
	readonly declared?: ReadonlySet<string> | undefined;
	readonly shape: boolean;
	readonly content: boolean;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const MAX_CONTENT = 16_384;
const MAX_KEYS = 32;
const QUOTE = 34;
const BACKSLASH = 92;

/** How deep containers are nested in a canonical text; a scalar has depth 0. */
function depthOf(text: string): number {
	let depth = 0;
	let deepest = 0;
	for (let index = 0; index < text.length; index++) {
		switch (text.charCodeAt(index)) {
			case QUOTE:
				for (index++; text.charCodeAt(index) !== QUOTE; index++)
					if (text.charCodeAt(index) === BACKSLASH) index++;
				break;
			case 91:
			case 123:
				if (++depth > deepest) deepest = depth;
				break;
			case 93:
			case 125:
				depth--;
		}
	}
	return deepest;
}

function typeOf(value: unknown): Shape["type"] {
	if (value === null || value === undefined) return "null";
	if (Array.isArray(value)) return "array";
	const type = typeof value;
	return type === "string" || type === "number" || type === "boolean" ? type : "object";
}

/** Names only what the definition declares: any other key is the caller's data, and only counted. */
function shapeOf(value: unknown, text: string, declared: ReadonlySet<string> | undefined): Shape {
	const type = typeOf(value);
	if (typeof value !== "object" || value === null) return { type };
	const depth = depthOf(text);
	if (Array.isArray(value)) return { type, members: value.length, depth };
	const names = Object.keys(value);
	const keys: string[] = [];
	let undeclared = 0;
	for (const name of names) {
		const key = declared?.has(shortKey(name)) ? cleanText(name, 64) : undefined;
		if (key === undefined) undeclared++;
		else if (keys.length < MAX_KEYS) keys.push(key);
	}
	const shape: Writable<Shape> = { type, members: names.length, depth };
	if (keys.length > 0) shape.keys = keys.toSorted();
	if (undeclared > 0) shape.undeclared_keys = undeclared;
	return shape;
}

/** Takes what may be kept of a value, in the moment it is seen. */
export function bodyOf(value: unknown, options: BodyOptions): Body {
	const { digester, kind, maxDigestBytes, omit } = options;
	const canonical = canonicalize(value, { maxBytes: maxDigestBytes, omit });
	if ("undigested" in canonical) return { undigested: canonical.undigested };
	const { text, bytes } = canonical;
	const body: Writable<Body> = { bytes, digest: digester.digest(kind, text) };
	if (options.shape) body.shape = shapeOf(value, text, options.declared);
	return options.content ? { ...body, ...contentOf(text) } : body;
}

function contentOf(text: string): Body {
	if (text.length <= MAX_CONTENT) return { content: text };
	// A pair is never cut in two.
	const last = text.charCodeAt(MAX_CONTENT - 1);
	const end = last >= 0xd800 && last <= 0xdbff ? MAX_CONTENT - 1 : MAX_CONTENT;
	return { content: text.slice(0, end), truncated: true };
}

export const keepsRequest = (level: Level): boolean => level !== "metadata";
export const keepsResponse = (level: Level): boolean => level === "request_response";
