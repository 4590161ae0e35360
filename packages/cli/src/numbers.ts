const grouped = new Intl.NumberFormat("en");

/** `1 record`, `2,000 records`. */
export function count(number: number, noun: string): string {
	const plural = noun === noun.toUpperCase() ? "S" : "s";
	return `${grouped.format(number)} ${noun}${number === 1 ? "" : plural}`;
}

/** Bytes in decimal units. */
export function size(bytes: number): string {
	const units = ["B", "kB", "MB", "GB", "TB"];
	const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
	const value = bytes / 1000 ** power;
	return `${value.toFixed(power === 0 ? 0 : 1)} ${units[power] ?? "B"}`;
}

/** A duration in the unit that reads best. */
export function duration(us: number): string {
	if (us < 1000) return `${us} µs`;
	if (us < 1_000_000) return `${(us / 1000).toFixed(1)} ms`;
	return `${(us / 1_000_000).toFixed(1)} s`;
}
