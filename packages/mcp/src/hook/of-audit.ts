import type { Carried } from "../credentials.ts";
import type { Connection } from "../peer-connection.ts";
import type { Exchange, Observation, Observer, Seen } from "../observer.ts";
import { arrivalOf, type Arrival } from "./arrival.ts";
import { transportOf } from "./connection.ts";
import type { Peer } from "./peer.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What one instrumentation makes of a message by itself: digests with its audit's key, who asks, which server it was. */
export type OwnFacts = Pick<Peer, "addressOf" | "digestToken" | "identify" | "reach" | "readAuth">;

/** A request as one audit sees it; the fetch that carries it says with what. */
export interface OwnExchange {
	carried?: Carried | undefined;
	readonly operation?: Exchange["operation"];
}

/** The audit that a connection's own requests are read for. */
const recorders = new WeakMap<Connection, unknown>();
/** Requests as the other audits on the same connection see them. */
const views = new WeakMap<object, Map<unknown, Writable<Exchange>>>();

/** Notes for which audit the requests of a connection are read. */
export function recordedFor(connection: Connection, key: unknown): void {
	if (key !== undefined) recorders.set(connection, key);
}

/** The request as this audit sees it; undefined where it does not record it. */
export function exchangeOfAudit(
	key: unknown,
	exchange: OwnExchange & { readonly connection: Connection },
): OwnExchange | undefined {
	return recorders.get(exchange.connection) === key ? exchange : views.get(exchange)?.get(key);
}

/** What another audit's fetches carried is not told of this one's. */
function observed(exchange: Writable<Exchange>, observation: Observation): Observation {
	exchange.operation = observation.operation;
	return {
		...observation,
		end(ending) {
			const { carried: _ofAnother, ...rest } = ending;
			const { carried } = exchange;
			observation.end(carried ? { ...rest, carried } : rest);
		},
	};
}

/**
 * Puts a further audit beside the one that a peer's messages are read for: it gets every message with digests of its
 * own key, and the fetches of its own companion. An `identify` is asked for both where only one has it.
 */
export function ofAudit(peer: Peer, key: unknown, own: OwnFacts, observer: Observer): Observer {
	const connections = new WeakMap<Connection, Connection>();
	const reader = { ...own, role: peer.role, identify: own.identify ?? peer.identify };

	function connectionOf(connection: Connection): Connection {
		const known = connections.get(connection);
		if (known !== undefined) return known;
		const transport = transportOf(connection);
		const made: Connection = Object.create(connection, {
			reached: { enumerable: true, value: transport && own.reach?.(transport) },
		});
		connections.set(connection, made);
		return made;
	}

	function arrived(message: Exchange | Seen, extra: unknown): Arrival {
		const { connection, inbound, method } = message;
		try {
			return arrivalOf(reader, connection, inbound, method, extra);
		} catch {
			// What throws when it is read has been reported; the rest is recorded.
			return arrivalOf(reader, connection, inbound, method, undefined);
		}
	}

	function seenBy<T extends Exchange | Seen>(message: T, extra: unknown): T {
		const { auth, identity, network, tokenDigest } = arrived(message, extra);
		const connection = connectionOf(message.connection);
		return { ...message, connection, auth, identity, network, tokenDigest };
	}

	function view(exchange: Exchange, extra: unknown): Writable<Exchange> {
		const { operation: other, inbound } = exchange;
		const isWritten = !inbound && other?.source === "extension";
		const made = {
			...seenBy(exchange, extra),
			operation: undefined,
			carried: undefined,
			...(isWritten && { writtenId: other.id }),
		};
		const known = views.get(exchange);
		if (known) known.set(key, made);
		else views.set(exchange, new Map([[key, made]]));
		return made;
	}

	const told =
		(member: "notification" | "refused" | "unmatched") =>
		(seen: Seen, extra?: unknown): void =>
			observer[member]?.(seenBy(seen, extra));
	return {
		...observer,
		...(observer.notification && { notification: told("notification") }),
		...(observer.refused && { refused: told("refused") }),
		...(observer.unmatched && { unmatched: told("unmatched") }),
		...(observer.request && {
			request(exchange, extra) {
				const shown = view(exchange, extra);
				const observation = observer.request?.(shown);
				return observation && observed(shown, observation);
			},
		}),
		// Beside its request, if it sent one.
		...(observer.local && {
			local(exchange, ending) {
				observer.local?.(views.get(exchange)?.get(key) ?? view(exchange, undefined), ending);
			},
		}),
		...(observer.input && {
			input: (one) => observer.input?.({ ...one, connection: connectionOf(one.connection) }),
		}),
		...(observer.opened && { opened: (connection) => observer.opened?.(connectionOf(connection)) }),
		...(observer.closed && {
			closed: (connection, closing) => observer.closed?.(connectionOf(connection), closing),
		}),
	};
}
