/** A callback of a transport. */
export type Listener = (...args: never[]) => unknown;

type Slots = Record<string, Listener | undefined>;

/** The accessor found on the object or its prototypes; Node HTTP transports keep theirs on the prototype. */
function accessor(target: object, key: string): PropertyDescriptor | undefined {
	for (let owner: object | null = target; owner; owner = Object.getPrototypeOf(owner) as object) {
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
	wrap: (listener: Listener) => Listener,
): void {
	const own = accessor(target, key);
	let installed: Listener | undefined;
	const set = (listener: Listener | undefined): void => {
		installed = typeof listener === "function" ? wrap(listener) : listener;
		own?.set?.call(target, installed);
	};
	const existing = (target as Slots)[key];
	if (existing) set(existing);
	Object.defineProperty(target, key, {
		configurable: true,
		enumerable: true,
		get: () => (own?.get ? own.get.call(target) : installed),
		set,
	});
}
