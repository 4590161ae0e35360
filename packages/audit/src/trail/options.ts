import { namesIn } from "../options/names-in.ts";

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

/** Refuses a misspelt option, as a misspelt limit would be no limit: throws a TypeError that names it. */
export function checkNames<O extends object>(
	maker: string,
	options: O,
	known: Readonly<Record<keyof O, true>>,
): void {
	for (const name of namesIn(options))
		if (!Object.hasOwn(known, name))
			throw new TypeError(
				`${maker}: ${JSON.stringify(name.slice(0, 64))} is not known. Use one of ${Object.keys(known).join(", ")}.`,
			);
}
