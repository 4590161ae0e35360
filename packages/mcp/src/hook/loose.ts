/** A function nothing is known of. */
export type Callback = (this: unknown, ...args: unknown[]) => unknown;

export function isCallback(value: unknown): value is Callback {
	return typeof value === "function";
}

/** Reads a member of anything; what has no members has none. */
export function member(value: unknown, key: PropertyKey): unknown {
	return (typeof value === "object" && value !== null) || typeof value === "function"
		? Reflect.get(value, key)
		: undefined;
}

/** Puts a method on an object itself, hidden from enumeration as one of its class is. */
export function override(target: object, key: PropertyKey, value: Callback): void {
	const own = Object.getOwnPropertyDescriptor(target, key);
	Object.defineProperty(target, key, {
		configurable: true,
		writable: true,
		enumerable: own?.enumerable ?? false,
		value,
	});
}
