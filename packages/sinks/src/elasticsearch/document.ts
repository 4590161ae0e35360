import { ecs, ecsLines, type Format, NO_ROOM, NOT_SEALED } from "@mcp-trail/formats";
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
		for (let room = roomFor(line.length); ; room *= 2) {
			const { buffer, from } = page.room(3 * action.length + room);
			const end = inEcs(line, buffer, from + buffer.write(action, from));
			if (end === NOT_SEALED) return lines(action, parsedDocument(event), page);
			if (end === NO_ROOM || end === buffer.length) continue;
			buffer[end] = LINE_FEED;
			return page.take(end + 1);
		}
	};
}

/** Bytes that a document rarely exceeds, for those of its line. */
export const roomFor = (lineBytes: number): number => 3 * lineBytes + 1_024;

const LINE_FEED = 0x0a;

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
