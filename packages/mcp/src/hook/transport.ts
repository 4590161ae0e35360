import { admission } from "./gate.ts";
import { incoming } from "./incoming.ts";
import { isCallback, member, override, type Callback } from "./loose.ts";
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

function install(transport: object, send: Callback, first: Peer): (peer: Peer) => void {
	const nobody = {};
	let busy: unknown = nobody;
	let open = bound(first);
	const gate = admission(
		(message) => Reflect.apply(send, transport, [message]),
		(fault) => open.peer.onFault(fault),
	);

	function bound(peer: Peer): OpenRequests {
		const requests = openRequests(transport, peer, (entry) => gate.drop(entry));
		peer.findInbound = (id) => requests.inbound.get(id);
		return requests;
	}

	/** While a message is handled, the chained or re-wrapped handlers that see it again are passed by. */
	function once(message: unknown, work: () => unknown): unknown {
		const before = busy;
		busy = message;
		try {
			return work();
		} finally {
			busy = before;
		}
	}

	override(transport, "send", function (this: unknown, ...args) {
		const [message, ...rest] = args;
		return outgoing(open, gate, message, rest[0], (sent) =>
			Reflect.apply(send, this, [sent, ...rest]),
		);
	});
	slot(
		transport,
		"onmessage",
		(listener) =>
			function onmessage(...args) {
				const [message, extra] = args;
				const pass = (): unknown => Reflect.apply(listener, transport, args);
				if (busy === message) return pass();
				return once(message, () =>
					// A held message comes back later: it must count as handled then, too.
					incoming(open, gate, message, extra, () =>
						busy === message ? pass() : once(message, pass),
					),
				);
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

	return (peer) => {
		if (open.closed || peer !== open.peer) open = bound(peer);
	};
}
