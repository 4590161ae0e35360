import { fetchesAlone, hookFetch } from "../client/hook-fetch.ts";
import { tellsItself } from "../client/sending.ts";
import { certificateOfNode } from "../http/client-certificate.ts";
import type { Misfit } from "./frame.ts";
import type { Entry } from "./exchanges.ts";
import { admission } from "./gate.ts";
import { resumeTicket } from "./http-ticket.ts";
import { incoming } from "./incoming.ts";
import { isCallback, member, override, type Callback } from "./loose.ts";
import { addressOfNode } from "./network.ts";
import { openRequests, type OpenRequests } from "./open-requests.ts";
import { outgoing } from "./outgoing.ts";
import type { Peer } from "./peer.ts";
import { slot } from "./slot.ts";

/** One mark for every copy of this package: a transport is hooked once, whoever asks. */
const HOOKED = Symbol.for("mcp-trail.transport");

/** True when every slot the hook needs can be changed on the object itself. */
function hookable(transport: object): boolean {
	if (!Object.isExtensible(transport)) return false;
	return ["send", "onmessage", "onclose"].every((key) => {
		const own = Object.getOwnPropertyDescriptor(transport, key);
		return own === undefined || own.configurable === true;
	});
}

/** Hooks a transport in place, before the SDK connects it; the object stays what it is in every call. */
export function hookTransport(transport: object, peer: Peer): void {
	const marked = member(transport, HOOKED);
	if (isCallback(marked)) {
		marked(peer);
		return;
	}
	const send = member(transport, "send");
	if (!isCallback(send) || !hookable(transport)) {
		peer.warn(
			"transport_frozen",
			"A transport is frozen and cannot be observed: its traffic is not recorded. Connect with a transport that is not frozen.",
		);
		return;
	}
	const bind = install(transport, send, peer);
	Object.defineProperty(transport, HOOKED, { value: bind });
}

/** The peer's callbacks are looked up among the requests of the connection it uses now. */
function attach({ peer, inbound, connection }: OpenRequests, joined: () => void): void {
	peer.connection = () => connection;
	peer.findInbound = (id) => inbound.get(id);
	peer.joined = joined;
}

/** Sees lines that a transport could not read; of what it reports only the kind is taken, never the text. */
function watchErrors(transport: object, dropped: (misfit: Misfit) => void): void {
	const own = Object.getOwnPropertyDescriptor(transport, "onerror");
	if (own?.configurable === false) return;
	const nothing = {};
	let busy: unknown = nothing;
	slot(
		transport,
		"onerror",
		(listener) =>
			function onerror(...args) {
				const [error] = args;
				const before = busy;
				const misfit = busy === error ? undefined : unreadable(error);
				busy = error;
				try {
					if (misfit !== undefined) dropped(misfit);
					return Reflect.apply(listener, transport, args);
				} finally {
					busy = before;
				}
			},
	);
}

/** What parsing a line threw: `JSON.parse`, or the schema of a JSON-RPC message (zod, of any copy). */
function unreadable(error: unknown): Misfit | undefined {
	try {
		const name = member(error, "name");
		if (name === "SyntaxError") return "malformed_json";
		return Array.isArray(member(error, "issues")) ? "not_json_rpc" : undefined;
	} catch {
		return undefined;
	}
}

/** An HTTP transport's entry finds the edge's ticket again by the request, whatever was awaited before. */
function resumeTickets(transport: object, key: string, open: () => OpenRequests): void {
	const handle = member(transport, key);
	const own = Object.getOwnPropertyDescriptor(transport, key);
	if (!isCallback(handle) || own?.configurable === false) return;
	override(transport, key, function (this: unknown, ...args) {
		const [request] = args;
		const { guarded, peer } = open();
		// Where nobody records, and no application says who asks, nobody needs to know where it came from.
		const isAsked = peer.companions.length > 0 || peer.identify !== undefined;
		return resumeTicket(
			request,
			() => Reflect.apply(handle, this, args),
			isAsked
				? () => ({
						network: guarded(() => addressOfNode(request, peer.addressOf)) ?? {},
						certificate: guarded(() => certificateOfNode(request)),
					})
				: undefined,
		);
	});
}

function install(transport: object, send: Callback, first: Peer): (peer: Peer) => void {
	const nobody = {};
	let busy: unknown = nobody;
	let isAlone = false;
	let isWatched = false;
	let open = bound(first);
	const gate = admission(
		(message) => Reflect.apply(send, transport, [message]),
		(fault) => open.peer.onFault(fault),
	);

	function bound(peer: Peer): OpenRequests {
		const requests = openRequests(transport, peer, (entry) => gate.drop(entry));
		attach(requests, watchFetches);
		if (isAlone) tellsItself(requests.connection);
		return requests;
	}

	/** Once, when there is an audit to watch them for. */
	function watchFetches(): void {
		const { connection, peer } = open;
		if (isWatched || connection.role !== "client") return;
		if (peer.companions.length === 0) {
			isAlone = connection.endpoint !== undefined && fetchesAlone(transport);
			if (isAlone) tellsItself(connection);
			return;
		}
		isWatched = true;
		const byId = (id: string | number): Entry | undefined => open.outbound.get(id);
		isAlone = open.guarded(() => hookFetch(transport, () => open.peer.companions, byId)) ?? false;
		if (isAlone) tellsItself(connection);
	}

	override(transport, "send", function (this: unknown, ...args) {
		const pass = (sent: unknown): unknown => {
			args[0] = sent;
			return Reflect.apply(send, this, args);
		};
		return outgoing(open, gate, args[0], args[1], pass);
	});
	slot(
		transport,
		"onmessage",
		(listener) =>
			function onmessage(...args) {
				const message = args[0];
				// While a message is handled, chained or re-wrapped handlers see it again: they are passed by.
				const pass = (): unknown => {
					const before = busy;
					busy = message;
					try {
						return Reflect.apply(listener, transport, args);
					} finally {
						busy = before;
					}
				};
				return busy === message ? pass() : incoming(open, gate, message, args[1], pass);
			},
	);
	slot(
		transport,
		"onclose",
		(listener) =>
			function onclose(...args) {
				open.guarded(open.close);
				return Reflect.apply(listener, transport, args);
			},
	);

	// What a server's HTTP transport reports, it has answered with a status: that is the edge's to record.
	const { transport: kind, role } = open.connection;
	if (role === "client" || (kind !== "streamable_http" && kind !== "http_sse"))
		watchErrors(transport, (misfit) => open.tell("refused", true, undefined, undefined, misfit));
	watchFetches();
	for (const key of ["handleRequest", "handlePostMessage"])
		resumeTickets(transport, key, () => open);

	return (peer) => {
		if (open.isClosed() || peer !== open.peer) {
			open = bound(peer);
			watchFetches();
		} else attach(open, watchFetches);
	};
}
