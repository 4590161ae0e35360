/** Keeps the last lines that came, in order. */
export interface LastLines {
	add(line: Uint8Array): void;
	all(): readonly Uint8Array[];
}

/** Keeps the last `max` lines; their bytes are copied. */
export function lastLines(max: number): LastLines {
	let lines: Uint8Array[] = [];
	return {
		add(line) {
			if (max === 0) return;
			lines.push(Uint8Array.from(line));
			// Cut now and then, not for each line.
			if (lines.length > 2 * max + 1000) lines = lines.slice(-max);
		},
		all: () =>
			max === Number.POSITIVE_INFINITY
				? lines
				: lines.slice(lines.length - Math.min(max, lines.length)),
	};
}
