/** The last millisecond whose year has four digits. */
const LAST_TIME_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

let second = Number.NaN;
let start = "";

/**
 * Writes a time (milliseconds since the epoch) as the format has it: RFC 3339 UTC with three decimals. What lies
 * before 1970 or after 9999 is brought to the nearest time within. A second is formatted once, however many events
 * it holds.
 *
 * @example
 * timeText(1_763_633_730_123); // "2025-11-20T10:15:30.123Z"
 */
export function timeText(ms: number): string {
	const whole = Math.min(Math.max(0, Math.trunc(ms) || 0), LAST_TIME_MS);
	const now = Math.floor(whole / 1000);
	if (now !== second) {
		start = new Date(now * 1000).toISOString().slice(0, 20);
		second = now;
	}
	const rest = whole - now * 1000;
	return `${start}${rest < 10 ? "00" : rest < 100 ? "0" : ""}${rest}Z`;
}
