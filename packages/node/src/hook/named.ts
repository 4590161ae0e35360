import type { Callback } from "./loose.ts";

/** A stand-in that says of itself what the original says. */
export function named(standIn: Callback, original: Callback): Callback {
	Object.defineProperties(standIn, {
		name: { value: original.name, configurable: true },
		length: { value: original.length, configurable: true },
	});
	return standIn;
}
