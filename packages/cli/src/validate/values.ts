import { type Line, lineSplitter } from "@mcp-trail/integrity";
import { Failure } from "../failure.ts";

/** A JSON value of the input and where it stands, or why there is none. */
export type Found = {
	/** From 1: where the value begins, or where its JSON is wrong. */
	readonly line: number;
	/** In an array, from 0. */
	readonly index?: number;
} & ({ readonly value: unknown } | { readonly problem: string });

/** A longer line, and a longer document over several lines, is not read. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Reads NDJSON line by line, or one JSON document over several lines. It is a document if it begins with an array,
 * or if its first line alone is no JSON and not all of an object.
 */
export async function* values(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Found, void> {
	let document: string[] | undefined;
	let documentBytes = 0;
	let isFirst = true;
	for await (const { bytes, length, line } of linesOf(chunks)) {
		const text = Buffer.from(bytes).toString();
		if (document === undefined && isFirst && text.trim() !== "") {
			isFirst = false;
			if (beginsDocument(text)) document = Array.from({ length: line - 1 }, () => "");
		}
		if (document !== undefined) {
			documentBytes += length;
			if (documentBytes > MAX_BYTES)
				throw new Failure(
					`A JSON document may have ${MAX_BYTES} bytes. Give longer input as NDJSON, one event a line.`,
				);
			document.push(text);
		} else if (length > MAX_BYTES) yield { line, problem: `is longer than ${MAX_BYTES} bytes` };
		else if (text.trim() !== "") yield parse(text, line);
	}
	if (document !== undefined) yield* documentValues(document.join("\n"));
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line, void> {
	let found: Line[] = [];
	const splitter = lineSplitter(MAX_BYTES, (line) => {
		found.push({ ...line, bytes: Uint8Array.from(line.bytes) });
	});
	for await (const chunk of chunks) {
		splitter.push(chunk);
		yield* found;
		found = [];
	}
	splitter.end();
	yield* found;
}

function beginsDocument(firstLine: string): boolean {
	const text = firstLine.trim();
	return text.startsWith("[") || (text.startsWith("{") && !text.endsWith("}")) || text === "{";
}

function parse(text: string, line: number): Found {
	try {
		return { line, value: JSON.parse(text) };
	} catch (error) {
		return { line, problem: `is not JSON: ${messageOf(error)}` };
	}
}

function* documentValues(text: string): Generator<Found, void> {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		const at = /position ([0-9]+)/.exec(messageOf(error))?.[1];
		const before = text.slice(0, at === undefined ? text.length : Number(at));
		yield { line: before.split("\n").length, problem: `is not JSON: ${messageOf(error)}` };
		return;
	}
	const line = text.slice(0, text.search(/\S/)).split("\n").length;
	if (!Array.isArray(value)) yield { line, value };
	else for (const [index, item] of value.entries()) yield { line, index, value: item };
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
