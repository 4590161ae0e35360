import { types } from "node:util";
import type { Companion } from "../client/companion.ts";
import type { AuthFacts } from "../credentials.ts";
import { earlierOf } from "./earlier.ts";
import { isCallback, member, override } from "./loose.ts";
import { watchInputHandlers } from "./input-handlers.ts";
import { ofAudit } from "./of-audit.ts";
import type { Peer } from "./peer.ts";
import { watchRegistrations } from "./registrations.ts";
import { hookTransport } from "./transport.ts";
import { watchVerbs } from "./verbs.ts";
import type { OnFault, Watcher } from "./watch.ts";

/** One mark for every copy of this package. */
const HOOKED = Symbol.for("mcp-trail.peer");

/** Called on true promises only: a lazy thenable would start its work a second time. */
const then = Reflect.get(Promise.prototype, "then");

/** What hooking a peer needs. */
export interface PeerOptions {
	readonly role: "client" | "server";
	readonly maxOpen: number;
	readonly openTtlMs: number;
	readonly readAuth: (authInfo: unknown) => AuthFacts | undefined;
	readonly digestToken?: Peer["digestToken"];
	readonly identify?: Peer["identify"];
	readonly addressOf?: NonNullable<Peer["addressOf"]>;
	readonly reach?: NonNullable<Peer["reach"]>;
	readonly recorder?: unknown;
	readonly onFault: OnFault;
	readonly warn: (code: string, message: string, cause?: unknown) => void;
}

const isConnectable = (value: unknown): value is object => isCallback(member(value, "connect"));

/** The low-level end: an `McpServer` keeps it in `server`; `Server` and `Client` are it. */
function lowLevel(target: unknown): object | undefined {
	const inner = member(target, "server");
	if (isConnectable(inner)) return inner;
	return isConnectable(target) ? target : undefined;
}

/** The signal among the options of a call, which are its last argument. */
function signalOf(args: readonly unknown[]): AbortSignal | null {
	const signal = member(args.at(-1), "signal");
	return signal instanceof AbortSignal ? signal : null;
}

const isPeer = (value: unknown): value is Peer => isCallback(member(value, "watch"));

/** Overrides `connect` and what tells a timeout from a cancellation, on the object, once. */
export function hookPeer(
	target: unknown,
	options: PeerOptions,
	watchers: readonly Watcher[],
): void {
	const low = lowLevel(target);
	if (low === undefined)
		throw new TypeError(
			"This is no MCP client or server: it has no connect(). Pass an McpServer, Server or Client.",
		);
	demandSide(low, options.role);
	const hooked = member(low, HOOKED);
	const peer = isPeer(hooked) ? hooked : install(low, target, options);
	for (const watcher of watchers) peer.watch(watcher);
	if (peer !== hooked) joinLate(low, peer);
}

/** Both SDKs let a server ask for its peer's capabilities by this name, and a client by the other. */
function demandSide(low: object, role: PeerOptions["role"]): void {
	const isClient = isCallback(member(low, "getServerCapabilities"));
	const isServer = isCallback(member(low, "getClientCapabilities"));
	if (role === "server" && isClient && !isServer)
		throw new TypeError("This is an MCP client. Instrument it with instrumentClient or .client().");
	if (role === "client" && isServer && !isClient)
		throw new TypeError("This is an MCP server. Instrument it with instrumentServer or .server().");
}

/** Of a peer that was connected before it was instrumented, what comes from now on is seen. */
function joinLate(low: object, peer: Peer): void {
	const transport = member(low, "transport");
	if (typeof transport !== "object" || transport === null) return;
	try {
		peer.earlier = earlierOf(low);
		hookTransport(transport, peer);
	} catch (error) {
		peer.onFault(error);
	}
	// A transport that cannot be hooked has not taken it: what is under way there is none of the next one's.
	peer.earlier = undefined;
	peer.warn(
		"connected_already",
		"A client or server was connected before it was instrumented: its handshake and the requests then under way are not recorded. Instrument it before connect().",
	);
}

function install(low: object, target: unknown, options: PeerOptions): Peer {
	const watchers: Watcher[] = [];
	const companions: Companion[] = [];
	const peer: Peer = {
		...options,
		watchers,
		companions,
		watch(watcher) {
			const { key, own, companion } = watcher;
			if (watchers.some((one) => one.key === key)) return;
			const isOther = own !== undefined && key !== peer.recorder;
			watchers.push(
				isOther ? { key, observer: ofAudit(peer, key, own, watcher.observer) } : watcher,
			);
			if (companion === undefined) return;
			companions.push(companion);
			peer.joined?.();
		},
		// Both SDKs keep them in the same private member.
		capabilities: () => member(low, "_capabilities"),
		v1: isCallback(member(low, "requestStream")),
		registrations:
			options.role === "server" && low !== target && typeof target === "object" && target !== null
				? watchRegistrations(target, low, (id) => peer.findInbound(id))
				: undefined,
		callerSignal: undefined,
		notifying: false,
		findInbound: () => undefined,
	};
	Object.defineProperty(low, HOOKED, { value: peer });
	watchConnect(low, peer);
	if (options.role === "client") watchVerbs(low, peer);
	watchCalls(low, peer);
	if (options.role === "client") watchInputHandlers(low, peer);
	return peer;
}

function watchConnect(low: object, peer: Peer): void {
	const connect = member(low, "connect");
	if (!isCallback(connect)) return;
	override(low, "connect", function (this: unknown, ...args) {
		const [transport] = args;
		const before = peer.findInbound;
		try {
			if (typeof transport === "object" && transport !== null) hookTransport(transport, peer);
		} catch (error) {
			peer.onFault(error);
		}
		const here = peer.findInbound;
		const connecting = Reflect.apply(connect, this, args);
		// A connect that the SDK refuses ("already connected") leaves the connection before it in use.
		// The host gets what follows on it: a failure that nobody handles stays one.
		return types.isPromise(connecting)
			? then.call(connecting, undefined, (error: unknown) => {
					if (peer.findInbound === here) peer.findInbound = before;
					throw error;
				})
			: connecting;
	});
}

/** The SDK sends within the synchronous part of these, so that the call under way is the one that sends. */
function watchCalls(low: object, peer: Peer): void {
	for (const key of ["request", "createMessage", "elicitInput"]) {
		const original = member(low, key);
		if (!isCallback(original)) continue;
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
	const notification = member(low, "notification");
	if (!isCallback(notification)) return;
	override(low, "notification", function (this: unknown, ...args) {
		peer.notifying = true;
		try {
			return Reflect.apply(notification, this, args);
		} finally {
			peer.notifying = false;
		}
	});
}
