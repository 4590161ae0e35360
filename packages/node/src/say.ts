const MAX_CHARACTERS = 4_096;

/** Says something on standard error, which is never the protocol; a closed standard error changes nothing. */
export function say(message: string): void {
	try {
		process.stderr.write(`mcp-trail: ${message.slice(0, MAX_CHARACTERS)}\n`);
	} catch {
		// Nobody is left to be told.
	}
}

export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
