import { types } from "node:util";
import type { JsonObject, Meta } from "../json-object.ts";
import { isResent, isSelfTelling, whileSending, whileUnderway } from "../client/sending.ts";
import type { Entry } from "./exchanges.ts";
import type { Gate } from "./gate.ts";
import { isObject, isRequest, outboundKind, type RequestFrame } from "./frame.ts";
import { join } from "./notifications.ts";
import type { OpenRequests } from "./open-requests.ts";
import { sendNotification } from "./passing.ts";
import { refusedAnswer } from "./refused-answer.ts";
import { answered, runInside } from "./watch.ts";
import { withMeta } from "./with-meta.ts";

type Pass = (sent: unknown) => unknown;

/** Called on true promises only: a lazy thenable would start its work a second time. */
const then = Reflect.get(Promise.prototype, "then");

/** Adds members to the `_meta` of a result on a copy; the host's own keys win, and an error stays what it is. */
function withResultMeta(message: JsonObject, meta: Meta): JsonObject {
	const { result } = message;
	if (!isObject(result)) return message;
	const own = result["_meta"];
	if (own !== undefined && !isObject(own)) return message;
	return { ...message, result: { ...result, _meta: { ...meta, ...own } } };
}

interface TakenRequest {
	readonly entry: Entry;
	/** What observers add to the result's `_meta`. */
	readonly meta: Meta | undefined;
}

/** Takes the request that a response answers: now, since per-request transports close within a microtask of send. */
function taken(open: OpenRequests, message: JsonObject): TakenRequest | undefined {
	const { peer } = open;
	try {
		// This side answers with the very id it was asked with; only a peer's id is converted.
		const entry = open.inbound.get(message["id"]);
		if (entry === undefined || !open.inbound.take(entry)) {
			if (!open.isClosed()) open.tell("unmatched", false, message);
			return undefined;
		}
		open.learn(entry, message);
		return { entry, meta: answered(entry.observations, message, peer.onFault) };
	} catch (fault) {
		peer.onFault(fault);
		return undefined;
	}
}

function respond(open: OpenRequests, message: JsonObject, pass: Pass): unknown {
	const answer = taken(open, message);
	if (answer === undefined) return other(open, message, pass);
	const { entry, meta } = answer;
	const sent = meta ? (open.guarded(() => withResultMeta(message, meta)) ?? message) : message;
	const undelivered = (error: unknown): void => {
		if (open.sending.delete(entry))
			open.finish(entry, "answered", { response: message, delivered: false, error });
	};
	open.sent(entry, message);
	let result: unknown;
	try {
		result = other(open, sent, pass);
	} catch (error) {
		undelivered(error);
		throw error;
	}
	const delivered = (): void => {
		if (open.sending.delete(entry)) open.finish(entry, "answered", { response: message });
	};
	if (types.isPromise(result)) void then.call(result, delivered, undelivered);
	else delivered();
	return result;
}

function sendFailed(open: OpenRequests, entry: Entry, error: unknown): void {
	const { era, id } = entry.exchange;
	// Older refusals say -32000 and -32001 of anything: only their HTTP status speaks.
	const response = era === "modern" ? refusedAnswer(error, id) : undefined;
	if (response === undefined) return open.endOpen(entry, "send_failed", { error });
	answered(entry.observations, response, open.peer.onFault);
	open.endOpen(entry, "answered", { response, error });
}

function request(
	open: OpenRequests,
	gate: Gate,
	message: RequestFrame,
	options: unknown,
	pass: Pass,
): unknown {
	const entry = open.begin(false, message, options);
	if (entry === undefined) return pass(message);
	const admit = gate.of(entry);
	const go = (): unknown => sendRequest(open, entry, message, pass);
	return admit === undefined ? go() : gate.hold(entry, admit, go, open.endOpen);
}

function sendRequest(open: OpenRequests, entry: Entry, message: RequestFrame, pass: Pass): unknown {
	const { observations } = entry;
	const { onFault } = open.peer;
	let sent: JsonObject = message;
	try {
		sent = withMeta(message, observations);
	} catch (fault) {
		onFault(fault);
	}
	const failed = (error: unknown): void => {
		open.guarded(() => sendFailed(open, entry, error));
	};
	let result: unknown;
	try {
		result = runInside(
			observations,
			() => (isFetching(open) ? fetching(open, entry, sent, pass) : pass(sent)),
			onFault,
		);
	} catch (error) {
		failed(error);
		throw error;
	}
	if (types.isPromise(result)) void then.call(result, undefined, failed);
	return result;
}

/** Over HTTP a client's fetches are told apart by the request they belong to. */
const isFetching = ({ connection }: OpenRequests): boolean => connection.endpoint !== undefined;

/** Hands a frame to an HTTP transport, which may hand it to itself again. */
function fetching(
	{ peer, connection }: OpenRequests,
	entry: Entry | undefined,
	frame: object,
	pass: Pass,
): unknown {
	const send = (): unknown => pass(frame);
	return whileUnderway(
		frame,
		peer.companions.length === 0 || isSelfTelling(connection)
			? send
			: () => whileSending(entry, send),
	);
}

/** What is sent beside requests belongs to none of them. */
const other = (open: OpenRequests, message: object, pass: Pass): unknown =>
	isFetching(open) ? fetching(open, undefined, message, pass) : pass(message);

/** Observes a frame on its way out and passes it on. */
export function outgoing(
	open: OpenRequests,
	gate: Gate,
	message: unknown,
	options: unknown,
	pass: Pass,
): unknown {
	// Arrays are sent by direct users of a transport; they are no requests of this peer.
	if (!isObject(message)) return pass(message);
	if (isFetching(open) && isResent(message)) return pass(message);
	const kind = open.guarded(() => outboundKind(message));
	if (kind === "response") return respond(open, message, pass);
	if (kind === "request" && isRequest(message)) return request(open, gate, message, options, pass);
	if (kind === "notification") {
		if (!open.guarded(() => join(open, false, message, options)))
			open.tell("notification", false, message);
		return sendNotification(open, message, (sent) => other(open, sent, pass));
	}
	return other(open, message, pass);
}
