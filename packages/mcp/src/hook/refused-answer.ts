import type { JsonObject } from "../json-object.ts";
import { inboundKind, isObject } from "./frame.ts";

/** A JSON-RPC error is short; a longer body is an HTML page or worse. */
const MAX_BODY_LENGTH = 65_536;

/**
 * Reads the JSON-RPC answer out of an HTTP refusal that the client's transport threw instead of delivering it
 * (SDK v2: `data.text`). In 2026-07-28 an unknown method is such a refusal, 404 with -32601.
 */
export function refusedAnswer(error: unknown, id: unknown): JsonObject | undefined {
	const data = isObject(error) ? error["data"] : undefined;
	if (!isObject(data)) return undefined;
	const { status, text } = data;
	// 401 and 403 are the edge's word, whatever the body says.
	if (typeof status !== "number" || status < 400 || status > 499) return undefined;
	if (status === 401 || status === 403) return undefined;
	if (typeof text !== "string" || text.length > MAX_BODY_LENGTH) return undefined;
	try {
		const frame: unknown = JSON.parse(text);
		if (!isObject(frame) || inboundKind(frame, false) !== "response") return undefined;
		return "error" in frame && frame["id"] === id ? frame : undefined;
	} catch {
		return undefined;
	}
}
