/** No event of the format is nested deeper than four. */
const MAX_DEPTH = 16;

/**
 * About how many bytes a value's JSON text takes, counted without writing it; NaN when it is not JSON as the
 * format has it: a number that is no safe integer, `null`, a function, a cycle. Strings count one byte a character.
 */
export function weigh(value: unknown, depth = 0): number {
	switch (typeof value) {
		case "string":
			return value.length + 3;
		case "number":
			return Number.isSafeInteger(value) ? 12 : Number.NaN;
		case "boolean":
			return 6;
		case "undefined":
			return 0;
		case "object": {
			if (value === null || depth > MAX_DEPTH) return Number.NaN;
			let sum = 3;
			if (Array.isArray(value)) for (const item of value) sum += weigh(item, depth + 1);
			else {
				for (const name in value) {
					sum += name.length + 4 + weigh((value as Record<string, unknown>)[name], depth + 1);
				}
			}
			return sum;
		}
		default:
			return Number.NaN;
	}
}
