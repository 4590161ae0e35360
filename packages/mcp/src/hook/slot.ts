import { isCallback, type Callback } from "./loose.ts";

/** The accessor found on the object or its prototypes; Node HTTP transports keep theirs on the prototype. */
function accessor(target: object, key: string): PropertyDescriptor | undefined {
	for (let owner: object | null = target; owner !== null; owner = Reflect.getPrototypeOf(owner)) {
		const found = Object.getOwnPropertyDescriptor(owner, key);
		if (found) return found.set ? found : undefined;
	}
	return undefined;
}

/**
 * Turns a callback slot into an accessor, so that whatever is installed in it is wrapped. Each wrapper closes over
 * its own listener: the SDK reads the old one and chains it.
 */
export function slot(
	target: object,
	key: "onmessage" | "onclose" | "onerror",
	wrap: (listener: Callback) => Callback,
): void {
	const own = accessor(target, key);
	let installed: unknown;
	const set = (listener: unknown): void => {
		installed = isCallback(listener) ? wrap(listener) : listener;
		own?.set?.call(target, installed);
	};
	const existing: unknown = Reflect.get(target, key);
	if (existing) set(existing);
	Object.defineProperty(target, key, {
		configurable: true,
		enumerable: true,
		get: (): unknown => (own?.get ? own.get.call(target) : installed),
		set,
	});
}
