import { ecs, ecsLines, type Format, NO_ROOM, NOT_SEALED } from "@mcp-trail/formats";
import type { SealedEvent } from "@mcp-trail/integrity";
import { jsonLine } from "../http/encoded.ts";
import type { Page } from "../http/page.ts";

/** What is indexed of an event: ECS with the stored line beside it, another format, or the stored line alone. */
export type Document = "ecs" | "stored_line" | Format;

/** What stands before a document: it is created under an id. */
interface Action {
	/** Of the line, up to the opening quote of the id: most documents of a body have the same. */
	readonly head: Uint8Array;
	/** As it stands within the quotes. */
	readonly id: string;
}

/** Makes the head of actions on one index. */
export const actionHead = (index: string): Uint8Array =>
	Buffer.from(`{"create":{"_index":"${index}","_id":"`);

/** Writes an action and its document on a page, a line each. Throws where a format gives no object. */
export type WriteDocument = (event: SealedEvent, action: Action, page: Page) => Uint8Array;

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
			const { buffer, from } = page.room(actionRoom(action) + room);
			const end = inEcs(line, buffer, writeAction(action, buffer, from));
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

function lines(action: Action, document: Uint8Array, page: Page): Uint8Array {
	const { buffer, from } = page.room(actionRoom(action) + document.byteLength + 1);
	const at = writeAction(action, buffer, from);
	buffer.set(document, at);
	const end = at + document.byteLength;
	buffer[end] = LINE_FEED;
	return page.take(end + 1);
}

/** Bytes that an action may take. */
const actionRoom = ({ head, id }: Action): number =>
	head.length + 3 * id.length + ACTION_END.length;

const ACTION_END = Buffer.from('"}}\n');

/** Writes an action; gives where it ends. */
function writeAction({ head, id }: Action, buffer: Buffer, from: number): number {
	buffer.set(head, from);
	let at = from + head.length;
	at += buffer.write(id, at);
	buffer.set(ACTION_END, at);
	return at + ACTION_END.length;
}
