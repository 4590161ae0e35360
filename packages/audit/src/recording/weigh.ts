/** No event of the format is nested deeper than four. */
const MAX_DEPTH = 16;

/**
 * About how many bytes a value's JSON text takes, counted without writing it; NaN when it is not JSON as the
 * format has it: a number that is no safe integer, `null`, a function, a cycle. Strings count one byte a character.
 */
export function weigh(value: unknown, depth = 0): number {
	if (typeof value === "string") return value.length + 3;
	if (typeof value === "number") return Number.isSafeInteger(value) ? 12 : Number.NaN;
	if (typeof value === "boolean") return 6;
	if (value === undefined) return 0;
	if (!isMembers(value) || depth > MAX_DEPTH) return Number.NaN;
	let sum = 3;
	if (Array.isArray(value)) for (const item of value) sum += weigh(item, depth + 1);
	else for (const name in value) sum += name.length + 4 + weigh(value[name], depth + 1);
	return sum;
}

const isMembers = (value: unknown): value is { readonly [name: string]: unknown } =>
	typeof value === "object" && value !== null;
