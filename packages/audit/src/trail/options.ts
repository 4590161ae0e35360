/** An option that is a whole number not below its floor; throws a TypeError that names it. */
export function integerOption(
	name: string,
	value: number | undefined,
	otherwise: number,
	atLeast: number,
): number {
	if (value === undefined) return otherwise;
	if (Number.isSafeInteger(value) && value >= atLeast) return value;
	throw new TypeError(`${name} is ${String(value)}. Give a whole number of at least ${atLeast}.`);
}
