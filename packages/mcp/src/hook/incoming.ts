import type { JsonObject } from "../json-object.ts";
import {
	inboundKind,
	isObject,
	isRequest,
	misfitOf,
	type FrameKind,
	type RequestFrame,
} from "./frame.ts";
import type { Gate } from "./gate.ts";
import { markSeen } from "./http-ticket.ts";
import { join } from "./notifications.ts";
import type { OpenRequests } from "./open-requests.ts";
import { receiveNotification } from "./passing.ts";
import type { Peer } from "./peer.ts";
import { answered, runInside } from "./watch.ts";

function receiveRequest(
	open: OpenRequests,
	gate: Gate,
	message: RequestFrame,
	extra: unknown,
	pass: () => unknown,
): unknown {
	const entry = open.begin(true, message, extra);
	if (entry === undefined) return pass();
	markSeen(open.connection, open.peer.watchers, "request");
	const go = (): unknown => runInside(entry.observations, pass, open.peer.onFault);
	const admit = gate.of(entry);
	// Synchronous unless somebody asks to wait: the 2.x per-request transport maps early errors to HTTP statuses.
	return admit === undefined ? go() : gate.hold(entry, admit, go, open.endOpen);
}

function receiveResponse(open: OpenRequests, message: JsonObject, extra: unknown): void {
	const { peer } = open;
	markSeen(open.connection, peer.watchers, "unmatched");
	try {
		const entry = open.outbound.answer(message["id"]);
		if (entry === undefined) return open.tell("unmatched", true, message, extra);
		open.learn(entry, message);
		answered(entry.observations, message, peer.onFault);
		open.finish(entry, "answered", { response: message });
	} catch (fault) {
		peer.onFault(fault);
	}
}

function kindOf(message: unknown, { v1, onFault }: Peer): FrameKind {
	try {
		return isObject(message) ? inboundKind(message, v1) : "refused";
	} catch (fault) {
		onFault(fault);
		return "refused";
	}
}

/** Observes a frame on its way in and passes it on; `pass` is called synchronously unless the request is held. */
export function incoming(
	open: OpenRequests,
	gate: Gate,
	message: unknown,
	extra: unknown,
	pass: () => unknown,
): unknown {
	const { peer } = open;
	const kind = kindOf(message, peer);
	if (kind === "refused" || !isObject(message)) {
		markSeen(open.connection, peer.watchers, "refused");
		const misfit = open.guarded(() => misfitOf(message)) ?? "not_json_rpc";
		open.tell("refused", true, message, extra, misfit);
		return pass();
	}
	if (kind === "request" && isRequest(message))
		return receiveRequest(open, gate, message, extra, pass);
	if (kind === "response") receiveResponse(open, message, extra);
	if (kind !== "notification") return pass();
	markSeen(open.connection, peer.watchers, "notification");
	if (!open.guarded(() => join(open, true, message, undefined)))
		open.tell("notification", true, message, extra);
	return receiveNotification(open, message, extra, pass);
}
