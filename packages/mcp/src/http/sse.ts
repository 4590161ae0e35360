import { isObject } from "../hook/frame.ts";
import type { JsonObject } from "../json-object.ts";

/** A longer event is passed by unread. */
const MAX_EVENT_CHARS = 65_536;

/** Reads the JSON-RPC frames of an event stream that passes by, in whatever pieces it comes; `unread` is told of those too long. */
export function frames(
	take: (frame: JsonObject) => void,
	unread: () => void = () => undefined,
): (chunk: Uint8Array) => void {
	const decoder = new TextDecoder();
	let line = "";
	let data = "";
	let isTooLong = false;

	function endLine(): void {
		const text = line.endsWith("\r") ? line.slice(0, -1) : line;
		line = "";
		if (text.startsWith("data:")) data += text.slice(text[5] === " " ? 6 : 5);
		if (text !== "") return;
		const event = data;
		data = "";
		if (isTooLong) {
			isTooLong = false;
			unread();
			return;
		}
		if (event === "") return;
		let frame: unknown;
		try {
			frame = JSON.parse(event);
		} catch {
			return;
		}
		if (isObject(frame)) take(frame);
	}

	return (chunk) => {
		const text = decoder.decode(chunk, { stream: true });
		let start = 0;
		for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
			line += text.slice(start, end);
			start = end + 1;
			if (line.length + data.length > MAX_EVENT_CHARS) {
				isTooLong = true;
				data = "";
				line = "data:";
			}
			endLine();
		}
		line += text.slice(start);
		if (line.length <= MAX_EVENT_CHARS) return;
		isTooLong = true;
		line = "data:";
	};
}
