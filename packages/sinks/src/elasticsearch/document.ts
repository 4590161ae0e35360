import { ecs, type Format } from "@mcp-trail/formats";
import type { SealedEvent } from "@mcp-trail/integrity";
import { jsonLine } from "../http/encoded.ts";

/** What is indexed of an event: ECS with the stored line beside it, another format, or the stored line alone. */
export type Document = "ecs" | "stored_line" | Format;

/** An event as one line of JSON; throws where a format gives no object. */
export function documentOf(event: SealedEvent, format: Document): Uint8Array {
	if (format === "stored_line") return event.bytes;
	if (format !== "ecs") return jsonLine(event, format);
	const document = ecs.project(event.event);
	const fields = typeof document["event"] === "object" ? document["event"] : {};
	// ECS keeps here what integrity is proven from.
	const original = Buffer.from(event.bytes).toString();
	return Buffer.from(JSON.stringify({ ...document, event: { ...fields, original } }));
}
