import { ecs, ecsLines, type Format } from "@mcp-trail/formats";
import type { SealedEvent } from "@mcp-trail/integrity";
import { jsonLine } from "../http/encoded.ts";
import type { Page } from "../http/page.ts";

/** What is indexed of an event: ECS with the stored line beside it, another format, or the stored line alone. */
export type Document = "ecs" | "stored_line" | Format;

/** Writes an action and its document on a page, a line each. Throws where a format gives no object. */
export type WriteDocument = (event: SealedEvent, action: string, page: Page) => Uint8Array;

/** Makes the writer of one kind of document. */
export function documents(format: Document): WriteDocument {
	if (format !== "ecs") {
		return (event, action, page) =>
			lines(action, format === "stored_line" ? event.bytes : jsonLine(event, format), page);
	}
	const inEcs = ecsLines();
	return (event, action, page) => {
		const line = event.bytes;
		const text = inEcs(line);
		if (text === undefined) return lines(action, parsedDocument(event), page);
		const [before, after] = text;
		const longest = 3 * action.length + before.length + after.length + 2 * line.length + 64;
		const { buffer, from } = page.room(longest);
		let at = from + buffer.write(action, from);
		at += buffer.write(before, at, "latin1");
		// ECS keeps here what integrity is proven from.
		at += buffer.write(ORIGINAL, at, "latin1");
		at = quote(line, buffer, at);
		if (at < 0) return lines(action, parsedDocument(event), page);
		buffer[at++] = QUOTE;
		at += buffer.write(after, at, "latin1");
		buffer[at++] = LINE_FEED;
		return page.take(at);
	};
}

const ORIGINAL = ',"original":"';
const LINE_FEED = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** One in each byte of four, and the highest bit of each. */
const EACH = 0x01_01_01_01;
const HIGHEST = 0x80_80_80_80;

/** The same document of a line that is not as `seal` writes it; throws where it is no JSON. */
function parsedDocument(event: SealedEvent): Uint8Array {
	const document = ecs.project(event.event);
	const fields = typeof document["event"] === "object" ? document["event"] : {};
	const original = Buffer.from(event.bytes).toString();
	return Buffer.from(JSON.stringify({ ...document, event: { ...fields, original } }));
}

function lines(action: string, document: Uint8Array, page: Page): Uint8Array {
	const { buffer, from } = page.room(3 * action.length + document.byteLength + 1);
	const at = from + buffer.write(action, from);
	buffer.set(document, at);
	const end = at + document.byteLength;
	buffer[end] = LINE_FEED;
	return page.take(end + 1);
}

/**
 * Writes a line as the inside of a JSON text; gives where it ends, or -1 where a control character stands in it.
 * It goes four bytes at a time, so that up to three behind the end are written, too.
 */
function quote(line: Uint8Array, target: Uint8Array, from: number): number {
	const source = new DataView(line.buffer, line.byteOffset, line.byteLength);
	const copy = new DataView(target.buffer, target.byteOffset, target.byteLength);
	let at = from;
	let index = 0;
	const { length } = line;
	while (index < length) {
		if (index + 4 <= length) {
			const four = source.getInt32(index, true);
			const plain = plainBytes(four);
			copy.setInt32(at, four, true);
			index += plain;
			at += plain;
			if (plain === 4) continue;
		}
		const byte = line[index++] ?? 0;
		if (byte < SPACE) return -1;
		if (byte === QUOTE || byte === BACKSLASH) target[at++] = BACKSLASH;
		target[at++] = byte;
	}
	return at;
}

/** How many of four bytes, the lowest first, stand before a quote, a backslash or a control character. */
function plainBytes(four: number): number {
	const quotes = four ^ (QUOTE * EACH);
	const backslashes = four ^ (BACKSLASH * EACH);
	// Subtracting borrows from the highest bit of the byte looked for; above the first such byte it says nothing.
	const odd =
		(((quotes - EACH) & ~quotes) |
			((backslashes - EACH) & ~backslashes) |
			((four - SPACE * EACH) & ~four)) &
		HIGHEST;
	return odd === 0 ? 4 : (31 - Math.clz32(odd & -odd)) >> 3;
}
