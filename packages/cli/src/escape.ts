import { cleanText } from "@mcp-trail/event";

/** Makes text of unknown origin safe to show on a terminal: control and bidirectional characters become visible. */
export function escape(text: unknown, maxCharacters = 256): string {
	const string = typeof text === "string" ? text : String(text);
	return cleanText(string, maxCharacters) ?? "";
}
