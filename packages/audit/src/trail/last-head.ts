import type { Head, SealedEvent } from "@mcp-trail/integrity";

/** Where a stream stands after these lines. */
export function lastHead(lines: readonly SealedEvent[]): Head | undefined {
	const last = lines.at(-1);
	return last && { sequence: last.sequence, hash: last.hash };
}
