import { writeSync } from "node:fs";

const STDERR = 2;
const MAX_CHARACTERS = 4_096;

/** Says something on standard error, which is never the protocol; a closed standard error changes nothing. */
export function say(message: string): void {
	toStderr(`mcp-trail: ${message.slice(0, MAX_CHARACTERS)}\n`);
}

/** Writes at once: the stream of the process would tell of a closed pipe later, by an event that ends the host. */
export function toStderr(text: string | Uint8Array): void {
	try {
		writeSync(STDERR, typeof text === "string" ? Buffer.from(text) : text);
	} catch {
		// Nobody is left to be told.
	}
}

export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
