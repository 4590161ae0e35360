/** A function nothing is known of. */
export type Callback = (this: unknown, ...args: unknown[]) => unknown;

export function isCallback(value: unknown): value is Callback {
	return typeof value === "function";
}

export function isObject(value: unknown): value is object {
	return typeof value === "object" && value !== null;
}

/** Reads a member of anything; what has no members has none. */
export function member(value: unknown, key: PropertyKey): unknown {
	return isObject(value) || isCallback(value) ? Reflect.get(value, key) : undefined;
}
