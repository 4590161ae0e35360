import { type Callback, isCallback, isObject, member } from "./loose.ts";
import { named } from "./named.ts";

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

const keysOfPeers: readonly string[] = [...registering, "connect"];

/** What a connection is made over, told before it is made. */
export type OnConnect = (transport: unknown, role: "client" | "server", peer: object) => void;

/**
 * Makes the watcher of classes: it changes prototypes only, each once, in every copy of an SDK that is loaded.
 * Neither callback may throw.
 */
export function classWatcher(onPeer: OnPeer, onConnect: OnConnect): (exports: unknown) => void {
	const patched = new WeakSet<object>();
	const known = new WeakSet<object>();

	/** The instrumentation's own method before the class's, by the caught one that calls it. */
	const wrappers = new WeakMap<object, ReadonlyMap<Callback, Callback>>();
	const originals = new WeakMap<Callback, Callback>();

	function meet(peer: object): void {
		known.add(peer);
		// The low-level server of an `McpServer` is met with it.
		const inner = member(peer, "server");
		const peers = isObject(inner) ? [peer, inner] : [peer];
		const lifted = peers.map((one) => lift(one));
		if (isObject(inner)) known.add(inner);
		try {
			onPeer(peer, roleOf(peer));
		} finally {
			for (const [at, lower] of lifted.entries()) {
				const one = peers[at];
				if (one !== undefined) wrappers.set(one, lower());
			}
		}
	}

	/**
	 * Puts the SDK's own methods on the object, so that the instrumentation goes before them and not before an
	 * application's override, which would call itself again. What is returned takes them off, with what is before them.
	 */
	function lift(peer: object): () => ReadonlyMap<Callback, Callback> {
		const puts = keysOfPeers.flatMap((key) => {
			const own = Object.getOwnPropertyDescriptor(peer, key);
			if (own?.configurable === false) return [];
			const found = firstCaught(peer, key);
			if (found === undefined) return [];
			const value = originals.get(found);
			const put = { configurable: true, writable: true, enumerable: false, value };
			return Reflect.defineProperty(peer, key, put) ? [{ key, own, found, value }] : [];
		});
		return () => {
			const made = new Map<Callback, Callback>();
			for (const { key, own, found, value } of puts) {
				const now = member(peer, key);
				if (now !== value && isCallback(now)) made.set(found, now);
				if (own === undefined) Reflect.deleteProperty(peer, key);
				else Object.defineProperty(peer, key, own);
			}
			return made;
		};
	}

	/** The method of this name that is nearest to the object, of those that are caught. */
	function firstCaught(peer: object, key: string): Callback | undefined {
		let prototype = Reflect.getPrototypeOf(peer);
		for (; prototype !== null; prototype = Reflect.getPrototypeOf(prototype)) {
			const value: unknown = Object.getOwnPropertyDescriptor(prototype, key)?.value;
			if (isCallback(value) && originals.has(value)) return value;
		}
		return undefined;
	}

	function caught(key: string, original: Callback): Callback {
		function standIn(this: unknown, ...args: unknown[]): unknown {
			if (!isObject(this)) return Reflect.apply(original, this, args);
			if (key === "connect" && !isMcpServer(this)) onConnect(args[0], roleOf(this), this);
			if (!known.has(this)) meet(this);
			return Reflect.apply(wrappers.get(this)?.get(standIn) ?? original, this, args);
		}
		originals.set(standIn, original);
		return standIn;
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
