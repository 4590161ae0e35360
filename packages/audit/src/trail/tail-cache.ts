import type { SealedEvent } from "@mcp-trail/integrity";

/** The last records of a stream, so that a reader that keeps up never reads the disk. */
export interface TailCache {
	/** Adds what follows on the last lines pushed. */
	push(lines: readonly SealedEvent[], bytes: number): void;
	/** Forgets everything: what is pushed next need not follow. */
	clear(): void;
	/** Records after a sequence; undefined where the cache does not reach back so far. */
	after(sequence: number, maxEvents: number, maxBytes: number): readonly SealedEvent[] | undefined;
}

/** Keeps whole batches up to a sum of bytes. */
export function tailCache(maxBytes: number): TailCache {
	let batches: { readonly lines: readonly SealedEvent[]; readonly bytes: number }[] = [];
	let held = 0;
	return {
		push(lines, bytes) {
			batches.push({ lines, bytes });
			held += bytes;
			while (held > maxBytes && batches.length > 1) held -= batches.shift()?.bytes ?? 0;
		},
		clear() {
			if (batches.length === 0) return;
			batches = [];
			held = 0;
		},
		after(sequence, maxEvents, limitBytes) {
			const first = batches[0]?.lines[0]?.sequence;
			if (first === undefined || sequence + 1 < first) return undefined;
			const events: SealedEvent[] = [];
			let bytes = 0;
			for (const { lines } of batches) {
				if ((lines.at(-1)?.sequence ?? 0) <= sequence) continue;
				const from = Math.max(0, sequence + 1 - (lines[0]?.sequence ?? 0));
				for (let index = from; index < lines.length; index++) {
					const line = lines[index];
					if (line === undefined) break;
					bytes += line.bytes.length;
					if (events.length > 0 && (events.length >= maxEvents || bytes > limitBytes))
						return events;
					events.push(line);
				}
			}
			return events;
		},
	};
}
