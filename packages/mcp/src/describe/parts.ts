import { cleanText, cleanUri, type ContentPart } from "@mcp-trail/event";
import { isObject } from "../hook/frame.ts";
import type { JsonObject } from "../json-object.ts";

const MAX_PARTS = 16;
const WORD = /^[a-z][a-z0-9_]{0,63}$/;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const listOf = (value: unknown): readonly unknown[] | undefined =>
	Array.isArray(value) ? value : undefined;

const byteLength = (value: unknown): number | undefined =>
	typeof value === "string" ? Buffer.byteLength(value) : undefined;

function base64Length(value: unknown): number | undefined {
	if (typeof value !== "string") return undefined;
	const padding = value.endsWith("==") ? 2 : value.endsWith("=") ? 1 : 0;
	return Math.max(0, Math.floor((value.length * 3) / 4) - padding);
}

function partOf(item: unknown, fallback: string): ContentPart {
	if (!isObject(item)) return { type: "other" };
	const embedded = isObject(item["resource"]) ? item["resource"] : item;
	const { type } = item;
	const mimeType = cleanText(embedded["mimeType"], 128);
	const bytes =
		byteLength(embedded["text"]) ??
		base64Length(embedded["data"]) ??
		base64Length(embedded["blob"]);
	const uri = cleanUri(embedded["uri"], 1024);
	const part: Writable<ContentPart> = {
		type: typeof type === "string" ? (WORD.test(type) ? type : "other") : fallback,
	};
	if (mimeType !== undefined) part.mime_type = mimeType;
	if (bytes !== undefined) part.bytes = bytes;
	if (uri !== undefined) part.uri = uri;
	return part;
}

/** The content items of a result: those of a tool, of a read resource, or of a prompt's messages. */
export function partsOf(result: JsonObject): {
	readonly parts?: readonly ContentPart[];
	readonly part_count?: number;
} {
	const { content, contents, messages } = result;
	const items = listOf(content) ?? listOf(contents) ?? listOf(messages);
	if (items === undefined || items.length === 0) return {};
	const fallback = items === contents ? "resource" : "other";
	const parts: ContentPart[] = [];
	for (const item of items.slice(0, MAX_PARTS))
		parts.push(partOf(items === messages && isObject(item) ? item["content"] : item, fallback));
	return items.length > MAX_PARTS ? { parts, part_count: items.length } : { parts };
}
