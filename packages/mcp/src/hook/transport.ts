import type {
	Connection,
	Ending,
	Exchange,
	JsonObject,
	Meta,
	Observation,
	Seen,
} from "../observer.ts";
import { connectionOf } from "./connection.ts";
import { exchangeOf } from "./exchange.ts";
import { exchanges, type Entry } from "./exchanges.ts";
import { inboundKind, isObject, outboundKind } from "./frame.ts";
import { admission } from "./gate.ts";
import type { Peer } from "./peer.ts";
import { slot, type Listener } from "./slot.ts";
import { answered, end, observe, runInside, tell } from "./watch.ts";

/** One mark for every copy of this package: a transport is hooked once, whoever asks. */
const HOOKED = Symbol.for("mcp-trail.transport");

type Send = (this: unknown, message: unknown, options?: unknown) => unknown;
type Callback = (this: unknown, ...args: unknown[]) => unknown;

interface Transport {
	send: Send;
	readonly sessionId?: unknown;
	[HOOKED]?: { bind(peer: Peer): void };
}

interface SendOptions {
	readonly requestSignal?: AbortSignal;
}

const CANCELLED = "notifications/cancelled";
const nobody = {};

/** True when every slot the hook needs can be changed on the object itself. */
function hookable(transport: object): boolean {
	if (!Object.isExtensible(transport)) return false;
	return ["send", "onmessage", "onclose", "onerror"].every((key) => {
		const own = Object.getOwnPropertyDescriptor(transport, key);
		return own === undefined || own.configurable === true;
	});
}

/** Hooks a transport in place, before the SDK connects it; the object stays what it is in every call. */
export function hookTransport(target: object, peer: Peer): void {
	const transport = target as Transport;
	const marked = transport[HOOKED];
	if (marked) return marked.bind(peer);
	if (!hookable(transport)) {
		peer.warn(
			"transport_frozen",
			"A transport is frozen and cannot be observed: its traffic is not recorded. Connect with a transport that is not frozen.",
		);
		return;
	}
	const hook = install(transport);
	Object.defineProperty(transport, HOOKED, { value: hook });
	hook.bind(peer);
}

function install(transport: Transport): { bind(peer: Peer): void } {
	let peer!: Peer;
	let connection!: ReturnType<typeof connectionOf>;
	let inbound!: ReturnType<typeof exchanges>;
	let outbound!: ReturnType<typeof exchanges>;
	let closed = true;
	let sweep: NodeJS.Timeout | undefined;
	let busy: unknown = nobody;
	const fault = (error: unknown): void => peer.onFault(error);

	/** Runs the observing side; whatever goes wrong in it stays in it. */
	function guarded<R>(work: () => R): R | undefined {
		try {
			return work();
		} catch (error) {
			fault(error);
			return undefined;
		}
	}

	function finish(entry: Entry, how: Ending["how"], more?: Partial<Ending>): void {
		const isAnswer = how === "answered" || how === "send_failed";
		const entered = entry.held ? false : peer.registrations?.entered(entry);
		const known = peer.registrations?.known(entry);
		end(
			entry.observations,
			{
				how,
				// Only an answer settles that a callback was not entered; before it, it may still be.
				...(entered !== undefined && (entered || isAnswer || entry.held) && { entered }),
				...(entry.threw && { threw: true }),
				...(known !== undefined && { known }),
				endMs: Date.now(),
				endUs: Math.round(performance.now() * 1000),
				...more,
			},
			fault,
		);
	}

	const endAs = (entry: Entry | undefined, how: Ending["how"], more?: Partial<Ending>): void => {
		if (entry !== undefined && table(entry.exchange).take(entry)) finish(entry, how, more);
	};
	const table = (exchange: Exchange) => (exchange.inbound ? inbound : outbound);

	function arm(): void {
		if (sweep !== undefined) return;
		sweep = setTimeout(() => {
			sweep = undefined;
			const before = Date.now() - peer.openTtlMs;
			for (const entry of [...inbound.expire(before), ...outbound.expire(before)])
				guarded(() => evict(entry));
			if (inbound.size + outbound.size > 0) arm();
		}, peer.openTtlMs);
		sweep.unref();
	}

	/** A held request that is given up never reaches the SDK: its sender is told. */
	function evict(entry: Entry): void {
		finish(entry, "evicted");
		if (entry.held) gate.drop(entry);
	}

	function begin(isInbound: boolean, message: JsonObject, extra: unknown): Entry | undefined {
		return guarded(() => {
			const { exchange, hangUp } = exchangeOf(peer, connection, isInbound, message, extra);
			const observations = observe(peer.watchers, exchange, fault);
			if (observations.length === 0) return undefined;
			const entry: Entry = {
				exchange,
				observations,
				entered: false,
				threw: false,
				signal: isInbound ? undefined : peer.callerSignal,
				held: false,
				gone: false,
			};
			const { superseded, evicted } = table(exchange).open(entry);
			if (superseded) finish(superseded, "superseded");
			if (evicted) evict(evicted);
			arm();
			const requestSignal = isInbound ? hangUp : (extra as SendOptions | undefined)?.requestSignal;
			requestSignal?.addEventListener("abort", () => guarded(() => hungUp(entry)), { once: true });
			return entry;
		});
	}

	/** The HTTP stream of one request was closed: by the peer on the way in, by this side on the way out. */
	function hungUp(entry: Entry): void {
		if (entry.exchange.inbound) {
			if (entry.held || entry.exchange.era === "modern")
				endAs(entry, "cancelled", { reason: "stream_closed" });
			return;
		}
		// A subscription ends when its caller is done with it; any other call has a signal or a deadline.
		const own = entry.signal?.aborted === true || entry.exchange.method === "subscriptions/listen";
		endAs(entry, own ? "cancelled" : "timeout");
	}

	function cancel(from: ReturnType<typeof exchanges>, message: JsonObject): void {
		const params = message["params"];
		const id = isObject(params) ? params["requestId"] : undefined;
		const entry = from.get(id);
		if (entry === undefined) return;
		if (!entry.exchange.inbound) {
			const own = peer.notifying || entry.signal?.aborted === true;
			return endAs(entry, own ? "cancelled" : "timeout");
		}
		if (peer.v1 && !entry.held && (id === 0 || id === "")) return;
		endAs(entry, "cancelled");
	}

	const seen = (isInbound: boolean, message: unknown) => (): Seen => ({
		connection,
		direction: (peer.role === "client") === isInbound ? "server_to_client" : "client_to_server",
		inbound: isInbound,
		message,
	});

	function learn(entry: Entry | undefined, response: JsonObject): void {
		const result = response["result"];
		if (entry && isObject(result)) connection.learnResult(entry.exchange.method, result);
	}

	const send = transport.send;
	const reply = (message: unknown): unknown => Reflect.apply(send, transport, [message]);
	const gate = admission(reply, fault);

	function sendHooked(this: unknown, message: unknown, ...rest: unknown[]): unknown {
		const pass = (sent: unknown): unknown => Reflect.apply(send, this, [sent, ...rest]);
		const kind = outboundKind(message);
		if (kind === "response") return respond(message as JsonObject, () => pass(message));
		if (kind === "request") return request(message as JsonObject, rest[0], pass);
		if (kind === "notification") {
			const frame = message as JsonObject;
			if (frame["method"] === CANCELLED) guarded(() => cancel(outbound, frame));
			tell(peer.watchers, "notification", seen(false, message), fault);
		}
		return pass(message);
	}

	function respond(message: JsonObject, pass: () => unknown): unknown {
		// Taken out now: per-request transports close themselves within a microtask of send.
		const entry = guarded(() => {
			const open = inbound.answer(message["id"]);
			learn(open, message);
			if (open) answered(open.observations, message, fault);
			else if (!closed) tell(peer.watchers, "unmatched", seen(false, message), fault);
			return open;
		});
		if (entry === undefined) return pass();
		const settle = (delivered: boolean, error?: unknown): void => {
			guarded(() =>
				finish(entry, "answered", {
					response: message,
					...(!delivered && { delivered, error }),
				}),
			);
		};
		return settled(
			pass,
			() => settle(true),
			(error) => settle(false, error),
		);
	}

	function request(
		message: JsonObject,
		options: unknown,
		pass: (sent: unknown) => unknown,
	): unknown {
		const entry = begin(false, message, options);
		if (entry === undefined) return pass(message);
		const outgoing = (): unknown => {
			const sent = guarded(() => withMeta(message, entry.observations)) ?? message;
			return settled(
				() => runInside(entry.observations, () => pass(sent), fault),
				undefined,
				(error) => guarded(() => endAs(entry, "send_failed", { error })),
			);
		};
		const admit = gate.of(entry);
		return admit === undefined ? outgoing() : gate.hold(entry, admit, outgoing, endAs);
	}

	function receive(listener: Callback, message: unknown, rest: unknown[]): unknown {
		const pass = (): unknown => Reflect.apply(listener, transport, [message, ...rest]);
		// A chained or re-wrapped handler sees the message that is being handled: once is enough.
		if (busy === message) return pass();
		const before = busy;
		busy = message;
		try {
			switch (inboundKind(message)) {
				case "request":
					return receiveRequest(message as JsonObject, rest[0], pass);
				case "response":
					guarded(() => receiveResponse(message as JsonObject));
					break;
				case "notification":
					if ((message as JsonObject)["method"] === CANCELLED)
						guarded(() => cancel(inbound, message as JsonObject));
					tell(peer.watchers, "notification", seen(true, message), fault);
					break;
				case "refused":
					tell(peer.watchers, "refused", seen(true, message), fault);
			}
			return pass();
		} finally {
			busy = before;
		}
	}

	function receiveRequest(message: JsonObject, extra: unknown, pass: () => unknown): unknown {
		const entry = begin(true, message, extra);
		if (entry === undefined) return pass();
		const admit = gate.of(entry);
		if (admit === undefined) return runInside(entry.observations, pass, fault);
		const deliver = (): unknown => {
			const before = busy;
			busy = message;
			try {
				return runInside(entry.observations, pass, fault);
			} finally {
				busy = before;
			}
		};
		return gate.hold(entry, admit, deliver, endAs);
	}

	function receiveResponse(message: JsonObject): void {
		const entry = outbound.answer(message["id"]);
		if (entry === undefined) return tell(peer.watchers, "unmatched", seen(true, message), fault);
		learn(entry, message);
		answered(entry.observations, message, fault);
		finish(entry, "answered", { response: message });
	}

	function close(): void {
		if (closed) return;
		closed = true;
		clearTimeout(sweep);
		sweep = undefined;
		for (const entry of [...inbound.clear(), ...outbound.clear()])
			guarded(() => {
				const { exchange } = entry;
				if (entry.held) finish(entry, "cancelled", { reason: "connection_closed" });
				// A modern HTTP caller cancels by closing the stream of its request.
				else if (exchange.inbound && exchange.era === "modern" && isHttp(connection))
					finish(entry, "cancelled", { reason: "stream_closed" });
				else finish(entry, "connection_closed");
			});
		for (const { observer } of peer.watchers) guarded(() => observer.closed?.(connection));
	}

	const own = Object.getOwnPropertyDescriptor(transport, "send");
	Object.defineProperty(transport, "send", {
		configurable: true,
		writable: true,
		enumerable: own?.enumerable ?? false,
		value: sendHooked,
	});
	const wrap = (around: (listener: Callback, args: unknown[]) => unknown) => (fn: Listener) =>
		function hooked(...args: unknown[]): unknown {
			return around(fn as Callback, args);
		} as Listener;
	slot(
		transport,
		"onmessage",
		wrap((fn, [message, ...rest]) => receive(fn, message, rest)),
	);
	slot(
		transport,
		"onclose",
		wrap((fn, args) => {
			guarded(close);
			return Reflect.apply(fn, transport, args);
		}),
	);

	return {
		bind(next) {
			if (!closed && next === peer) return;
			peer = next;
			connection = connectionOf(transport, next.role);
			inbound = exchanges(next.maxOpen);
			outbound = exchanges(next.maxOpen);
			closed = false;
			next.findInbound = (id) => inbound.get(id);
		},
	};
}

const isHttp = (connection: Connection): boolean => connection.transport === "streamable_http";

/** Calls `work` and tells how it settled, without touching what it returns. */
function settled(
	work: () => unknown,
	done: (() => void) | undefined,
	failed: (error: unknown) => void,
): unknown {
	let result: unknown;
	try {
		result = work();
	} catch (error) {
		failed(error);
		throw error;
	}
	if (result instanceof Promise) result.then(done, failed);
	else done?.();
	return result;
}

/** Adds members to `params._meta` on a copy; the caller's own keys win. */
function withMeta(message: JsonObject, observations: readonly Observation[]): JsonObject {
	let meta: Meta | undefined;
	for (const observation of observations)
		if (observation.meta) meta = { ...observation.meta, ...meta };
	if (meta === undefined || Object.keys(meta).length === 0) return message;
	const params = message["params"];
	if (params !== undefined && !isObject(params)) return message;
	const own = params?.["_meta"];
	if (own !== undefined && !isObject(own)) return message;
	return { ...message, params: { ...params, _meta: { ...meta, ...own } } };
}
