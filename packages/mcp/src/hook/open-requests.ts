import type { Closing } from "../peer-connection.ts";
import type { Ending } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";
import type { Misfit } from "./frame.ts";
import { endingOf, givenUpAs } from "./ending.ts";
import { connectionOf, type LearningConnection } from "./connection.ts";
import { readableExchange } from "./exchange.ts";
import { exchanges, type Entry, type Exchanges } from "./exchanges.ts";
import { isObject, progressTokenOf, type RequestFrame } from "./frame.ts";
import { givenUps } from "./given-up.ts";
import { member } from "./loose.ts";
import { recordedFor } from "./of-audit.ts";
import type { Peer } from "./peer.ts";
import { seenOf } from "./seen.ts";
import { end, observe, tell } from "./watch.ts";

/** The requests that are open between one transport and one peer, and how they end. */
export interface OpenRequests {
	readonly peer: Peer;
	readonly connection: LearningConnection;
	readonly inbound: Exchanges;
	readonly outbound: Exchanges;
	/** Opens a request that somebody watches. */
	begin(isInbound: boolean, message: RequestFrame, extra: unknown): Entry | undefined;
	/** Ends a request that has left its table. */
	readonly finish: (entry: Entry, how: Ending["how"], more?: Partial<Ending>) => void;
	/** Ends a request if it is still open. */
	readonly endOpen: (entry: Entry, how: Ending["how"], more?: Partial<Ending>) => void;
	/** Learns what a server's answer says of the server. */
	learn(entry: Entry, response: JsonObject): void;
	/** Requests whose answer is being sent, and that answer. */
	readonly sending: Map<Entry, JsonObject>;
	/** Notes that an answer is handed to the transport. */
	sent(entry: Entry, response: JsonObject): void;
	/** Ends the request that a `notifications/cancelled` names, as the SDK will take it; false if it is not open. */
	cancel(from: Exchanges, notification: JsonObject): boolean;
	/** Tells observers of a frame that is no request of theirs; `extra` is what came with it from outside. */
	tell(
		what: "notification" | "refused" | "unmatched",
		isInbound: boolean,
		message: unknown,
		extra?: unknown,
		misfit?: Misfit,
	): void;
	/** Ends everything; twice is harmless. */
	readonly close: () => void;
	// No getter: an object literal with one is a dictionary in V8, and one is made for each server of a request.
	isClosed(): boolean;
	/** Runs the observing side; whatever goes wrong in it stays in it. */
	readonly guarded: <R>(work: () => R) => R | undefined;
}

const SWEEP_MS = 5_000;

/** Opens the account of one connection; `drop` tells the sender of a held request that was given up. */
export function openRequests(
	transport: object,
	peer: Peer,
	drop: (entry: Entry) => void,
): OpenRequests {
	const connection = connectionOf(transport, peer.role, peer.reach, peer.capabilities);
	recordedFor(connection, peer.recorder);
	const { earlier } = peer;
	const inbound = exchanges(peer.maxOpen);
	const outbound = exchanges(peer.maxOpen);
	const sending = new Map<Entry, JsonObject>();
	const inboundGivenUp = givenUps();
	const outboundGivenUp = givenUps();
	const startMs = Date.now();
	const startUs = performance.now() * 1000;
	let requests = 0;
	/** Watchers that were told of it: one may join later. */
	let told = 0;
	let closed = false;
	let sweep: NodeJS.Timeout | undefined;

	function guarded<R>(work: () => R): R | undefined {
		try {
			return work();
		} catch (error) {
			peer.onFault(error);
			return undefined;
		}
	}

	function announce(): void {
		const { watchers } = peer;
		if (closed || told === watchers.length) return;
		const { transport: kind } = connection;
		// A server's transport without a session may serve one request only: it is no connection to a peer.
		if (
			kind === "streamable_http" &&
			peer.role === "server" &&
			connection.sessionId() === undefined
		)
			return;
		const news = told === 0 ? watchers : watchers.slice(told);
		told = watchers.length;
		for (const { observer } of news) guarded(() => observer.opened?.(connection));
	}

	function finish(entry: Entry, how: Ending["how"], more?: Partial<Ending>): void {
		if (how !== "answered")
			(entry.exchange.inbound ? inboundGivenUp : outboundGivenUp).add(entry.exchange);
		end(entry.observations, endingOf(entry, how, more, peer), peer.onFault);
	}

	function endOpen(entry: Entry, how: Ending["how"], more?: Partial<Ending>): void {
		if ((entry.exchange.inbound ? inbound : outbound).take(entry)) finish(entry, how, more);
	}

	function evict(entry: Entry): void {
		finish(entry, "evicted");
		if (entry.held) drop(entry);
	}

	/** A pipe that nobody reads never says whether it took an answer: whether it arrived stays unsaid. */
	function giveUpSending(entry: Entry, response: JsonObject): void {
		sending.delete(entry);
		guarded(() => finish(entry, "answered", { response }));
	}

	function arm(): void {
		sweep = setTimeout(
			() => {
				sweep = undefined;
				const before = Date.now() - peer.openTtlMs;
				for (const entry of [...inbound.expire(before), ...outbound.expire(before)])
					guarded(() => evict(entry));
				for (const [entry, response] of sending)
					if (entry.exchange.startMs < before) giveUpSending(entry, response);
				if (inbound.size() + outbound.size() + sending.size > 0) arm();
			},
			// The timer holds the transport: one that was dropped without being closed is let go soon.
			Math.min(peer.openTtlMs, SWEEP_MS),
		);
		sweep.unref();
	}

	/** The HTTP stream of one request was closed: by the peer on the way in, by this side on the way out. */
	function hungUp(entry: Entry): void {
		if (entry.exchange.inbound) {
			if (entry.held || entry.exchange.era === "modern")
				endOpen(entry, "cancelled", { reason: "stream_closed" });
			return;
		}
		// A subscription ends when its caller is done with it; any other call has a signal or a deadline.
		endOpen(entry, givenUpAs(entry, entry.exchange.method === "subscriptions/listen"));
	}

	return {
		peer,
		connection,
		inbound,
		outbound,
		guarded,
		finish,
		endOpen,
		learn({ exchange }, response) {
			try {
				const { result } = response;
				if (exchange.direction === "client_to_server" && isObject(result))
					connection.learnResult(exchange.method, result);
			} catch (fault) {
				peer.onFault(fault);
			}
		},
		sending,
		sent(entry, response) {
			const [oldest] = sending.size < peer.maxOpen ? [] : sending;
			if (oldest !== undefined) giveUpSending(...oldest);
			sending.set(entry, response);
		},
		isClosed: () => closed,
		begin(isInbound, message, extra) {
			try {
				const { exchange, hangUp } = readableExchange(peer, connection, isInbound, message, extra);
				requests++;
				if (told < peer.watchers.length) announce();
				const observations = observe(peer.watchers, exchange, peer.onFault, extra);
				if (observations.length === 0) return undefined;
				const entry: Entry = {
					exchange,
					observations,
					entered: false,
					threw: false,
					signal: isInbound ? undefined : peer.callerSignal,
					held: false,
					gone: false,
					noted: undefined,
					answer: undefined,
					body: undefined,
					token: progressTokenOf(exchange.meta),
				};
				const table = isInbound ? inbound : outbound;
				const older = table.get(exchange.id);
				if (older !== undefined && table.take(older)) finish(older, "superseded");
				const first = table.overflowing();
				if (first !== undefined && table.take(first)) evict(first);
				table.open(entry);
				if (!isInbound && peer.call) peer.call.entry ??= entry;
				if (sweep === undefined) arm();
				const stream = isInbound ? hangUp : member(extra, "requestSignal");
				if (stream instanceof AbortSignal)
					stream.addEventListener("abort", () => guarded(() => hungUp(entry)), { once: true });
				return entry;
			} catch (fault) {
				peer.onFault(fault);
				return undefined;
			}
		},
		cancel(from, notification) {
			const params = notification["params"];
			const id = isObject(params) ? params["requestId"] : undefined;
			const entry = from.get(id);
			if (entry === undefined) return false;
			if (!entry.exchange.inbound) {
				endOpen(entry, givenUpAs(entry, peer.notifying));
				return true;
			}
			if (peer.v1 && !entry.held && (id === 0 || id === "")) return false;
			endOpen(entry, "cancelled");
			return true;
		},
		tell(what, isInbound, message, extra, misfit) {
			guarded(() => {
				announce();
				if (peer.watchers.every(({ observer }) => observer[what] === undefined)) return;
				const id = what === "unmatched" && isObject(message) ? message["id"] : undefined;
				if (what === "unmatched" && earlier?.take(isInbound, id)) return;
				const givenUp = (isInbound ? outboundGivenUp : inboundGivenUp).take(id);
				const late = givenUp ? "late_response" : "unasked_response";
				const wrong = what === "unmatched" ? late : misfit;
				const seen = seenOf(peer, connection, isInbound, message, extra, {
					...(wrong && { misfit: wrong }),
					...(givenUp && { givenUp }),
				});
				tell(peer.watchers, what, seen, peer.onFault, extra);
			});
		},
		close() {
			if (closed) return;
			closed = true;
			clearTimeout(sweep);
			sweep = undefined;
			for (const [entry, response] of sending) giveUpSending(entry, response);
			const http = connection.transport === "streamable_http";
			const cutOff = [...inbound.clear(), ...outbound.clear()];
			for (const entry of cutOff)
				guarded(() => {
					const { exchange } = entry;
					if (entry.held) finish(entry, "cancelled", { reason: "connection_closed" });
					// A modern HTTP caller cancels by closing the stream of its request.
					else if (http && exchange.inbound && exchange.era === "modern")
						finish(entry, "cancelled", { reason: "stream_closed" });
					else finish(entry, "connection_closed");
				});
			const closing: Closing = {
				opened: told > 0,
				requests,
				cutOff: cutOff.length,
				startMs,
				endMs: Date.now(),
				durationUs: Math.max(0, Math.round(performance.now() * 1000 - startUs)),
			};
			for (const [index, { observer }] of peer.watchers.entries())
				guarded(() => observer.closed?.(connection, { ...closing, opened: index < told }));
		},
	};
}
