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

const QUIET_MS = 60_000;

/** Makes what says the troubles of a trail, each code at most once a minute. */
export function sayTroubles(): (
	trouble: Pick<Error, "message"> & { readonly code: string },
) => void {
	const saidMs = new Map<string, number>();
	return ({ code, message }) => {
		const nowMs = performance.now();
		const beforeMs = saidMs.get(code);
		if (beforeMs !== undefined && nowMs - beforeMs < QUIET_MS) return;
		saidMs.set(code, nowMs);
		say(`[${code}] ${message}`);
	};
}

export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
