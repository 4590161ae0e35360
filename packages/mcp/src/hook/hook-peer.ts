import type { AuthFacts } from "../observer.ts";
import type { Peer, Registrations } from "./peer.ts";
import { watchRegistrations } from "./registrations.ts";
import { hookTransport } from "./transport.ts";
import type { OnFault, Watcher } from "./watch.ts";

/** One mark for every copy of this package. */
const HOOKED = Symbol.for("mcp-trail.peer");

type Method = (this: unknown, ...args: unknown[]) => unknown;

interface LowLevel {
	readonly connect: Method;
	readonly request?: Method;
	readonly notification?: Method;
	readonly createMessage?: Method;
	readonly elicitInput?: Method;
	readonly requestStream?: unknown;
	readonly server?: unknown;
	[HOOKED]?: Peer;
}

/** What hooking a peer needs. */
export interface PeerOptions {
	readonly role: "client" | "server";
	readonly maxOpen: number;
	readonly openTtlMs: number;
	readonly readAuth: (authInfo: unknown) => AuthFacts | undefined;
	readonly onFault: OnFault;
	readonly warn: (code: string, message: string) => void;
}

const isPeer = (value: unknown): value is LowLevel =>
	typeof value === "object" &&
	value !== null &&
	typeof (value as { connect?: unknown }).connect === "function";

/** The low-level end: an `McpServer` keeps it in `server`; `Server` and `Client` are it. */
function lowLevel(target: object): LowLevel | undefined {
	const inner = (target as { readonly server?: unknown }).server;
	if (isPeer(inner)) return inner;
	return isPeer(target) ? target : undefined;
}

function override(target: object, key: string, value: Method): void {
	Object.defineProperty(target, key, {
		configurable: true,
		writable: true,
		enumerable: false,
		value,
	});
}

/** The signal among the options of a call, which are its last argument. */
function signalOf(args: readonly unknown[]): AbortSignal | null {
	const signal = (args.at(-1) as { readonly signal?: unknown } | null | undefined)?.signal;
	return signal instanceof AbortSignal ? signal : null;
}

/** Overrides `connect` and what tells a timeout from a cancellation, on the object, once. */
export function hookPeer(target: object, options: PeerOptions, watchers: readonly Watcher[]): void {
	const low = lowLevel(target);
	if (low === undefined)
		throw new TypeError(
			"This is no MCP client or server: it has no connect(). Pass an McpServer, Server or Client.",
		);
	const peer = low[HOOKED] ?? install(low, target, options);
	for (const watcher of watchers) peer.watch(watcher);
}

function install(low: LowLevel, target: object, options: PeerOptions): Peer {
	const watchers: Watcher[] = [];
	const registrations: Registrations | undefined =
		options.role === "server" && low !== target
			? watchRegistrations(target, low, (id) => peer.findInbound(id))
			: undefined;
	const peer: Peer = {
		...options,
		watchers,
		watch(watcher) {
			if (watchers.every(({ key }) => key !== watcher.key)) watchers.push(watcher);
		},
		v1: typeof low.requestStream === "function",
		registrations,
		callerSignal: undefined,
		notifying: false,
		findInbound: () => undefined,
	};
	Object.defineProperty(low, HOOKED, { value: peer });

	const { connect, notification } = low;
	override(low, "connect", function (this: unknown, ...args) {
		const [transport] = args;
		if (typeof transport === "object" && transport !== null)
			try {
				hookTransport(transport, peer);
			} catch (error) {
				peer.onFault(error);
			}
		return Reflect.apply(connect, this, args);
	});
	// The SDK sends within the synchronous part of these, so that the call under way is the one that sends.
	for (const key of ["request", "createMessage", "elicitInput"] as const) {
		const original = low[key];
		if (typeof original !== "function") continue;
		override(low, key, function (this: unknown, ...args) {
			const before = peer.callerSignal;
			peer.callerSignal = signalOf(args);
			try {
				return Reflect.apply(original, this, args);
			} finally {
				peer.callerSignal = before;
			}
		});
	}
	if (typeof notification === "function")
		override(low, "notification", function (this: unknown, ...args) {
			peer.notifying = true;
			try {
				return Reflect.apply(notification, this, args);
			} finally {
				peer.notifying = false;
			}
		});
	return peer;
}
