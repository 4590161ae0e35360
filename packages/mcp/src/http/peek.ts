import { isObject } from "../hook/frame.ts";
import type { JsonObject } from "../json-object.ts";

/** A JSON-RPC error is short; a longer body is an HTML page or worse. */
export const MAX_PEEK_BYTES = 8192;

/** True where a body may be a JSON-RPC error that can be read as it passes. */
export function isReadable(contentType: string | undefined, encoding: string | undefined): boolean {
	return encoding === undefined && /^application\/json\b/i.test(contentType ?? "");
}

/** The frame that a body is. */
function frameOf(body: string): JsonObject | undefined {
	try {
		const frame: unknown = JSON.parse(body);
		return isObject(frame) ? frame : undefined;
	} catch {
		return undefined;
	}
}

/** The code of the JSON-RPC error that a frame is; nothing else of it is looked at. */
function codeOf(frame: JsonObject | undefined): number | undefined {
	const error = frame?.["error"];
	const code = isObject(error) ? error["code"] : undefined;
	return Number.isSafeInteger(code) ? Number(code) : undefined;
}

/** Gathers the beginning of a body that passes by. */
export function peek() {
	const parts: Uint8Array[] = [];
	let bytes = 0;
	const frame = (): JsonObject | undefined =>
		bytes === 0 || bytes > MAX_PEEK_BYTES
			? undefined
			: frameOf(Buffer.concat(parts).toString("utf8"));
	return {
		see(chunk: Uint8Array): void {
			// The host may use its buffer again: a copy, which the slice of a Buffer is not.
			if (bytes <= MAX_PEEK_BYTES)
				parts.push(Buffer.from(chunk.subarray(0, MAX_PEEK_BYTES + 1 - bytes)));
			bytes += chunk.byteLength;
		},
		isFull: (): boolean => bytes > MAX_PEEK_BYTES,
		code: (): number | undefined => codeOf(frame()),
		frame,
	};
}
