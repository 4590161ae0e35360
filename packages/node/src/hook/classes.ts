import { type Callback, isCallback, isObject, member } from "./loose.ts";

/** Called once with each client or server, before its first registration or connection goes on. */
export type OnPeer = (peer: object, role: "client" | "server") => void;

const registering = [
	"tool",
	"registerTool",
	"prompt",
	"registerPrompt",
	"resource",
	"registerResource",
] as const;

/** The exports that are classes of peers, and where each is caught first. */
const classes = {
	McpServer: [...registering, "connect"],
	Protocol: ["connect"],
	Server: ["connect"],
	Client: ["connect"],
} as const satisfies Record<string, readonly string[]>;

/** What a connection is made over, told before it is made. */
export type OnConnect = (transport: unknown, role: "client" | "server") => void;

/**
 * Makes the watcher of classes: it changes prototypes only, each once, in every copy of an SDK that is loaded.
 * Neither callback may throw.
 */
export function classWatcher(onPeer: OnPeer, onConnect: OnConnect): (exports: unknown) => void {
	const patched = new WeakSet<object>();
	const known = new WeakSet<object>();

	function meet(peer: object): void {
		known.add(peer);
		// The low-level server of an `McpServer` is met with it.
		const inner = member(peer, "server");
		if (isObject(inner)) known.add(inner);
		onPeer(peer, roleOf(peer));
	}

	function caught(key: string, original: Callback): Callback {
		return function (this: unknown, ...args) {
			if (!isObject(this)) return Reflect.apply(original, this, args);
			if (key === "connect" && !isMcpServer(this)) onConnect(args[0], roleOf(this));
			if (known.has(this)) return Reflect.apply(original, this, args);
			const before = member(this, key);
			meet(this);
			const now = member(this, key);
			// The instrumentation has put its own method before this one: it has not seen this call yet.
			return Reflect.apply(now !== before && isCallback(now) ? now : original, this, args);
		};
	}

	function patch(prototype: object, keys: readonly string[]): void {
		if (patched.has(prototype)) return;
		patched.add(prototype);
		for (const key of keys) {
			const own = Object.getOwnPropertyDescriptor(prototype, key);
			const original: unknown = own?.value;
			if (own?.configurable !== true || !isCallback(original)) continue;
			Object.defineProperty(prototype, key, {
				...own,
				value: named(caught(key, original), original),
			});
		}
	}

	return (exports) => {
		for (const [name, keys] of Object.entries(classes)) {
			let prototype = member(member(exports, name), "prototype");
			for (; isObject(prototype) && prototype !== Object.prototype;) {
				patch(prototype, keys);
				prototype = Reflect.getPrototypeOf(prototype);
			}
		}
	};
}

const isMcpServer = (peer: object): boolean =>
	isCallback(member(member(peer, "server"), "connect"));

/** A low-level peer that asks what its server can do is a client. */
function roleOf(peer: object): "client" | "server" {
	return isCallback(member(peer, "getServerCapabilities")) ? "client" : "server";
}

/** A stand-in that says of itself what the original says. */
function named(standIn: Callback, original: Callback): Callback {
	Object.defineProperties(standIn, {
		name: { value: original.name, configurable: true },
		length: { value: original.length, configurable: true },
	});
	return standIn;
}
