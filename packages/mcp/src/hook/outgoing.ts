import type { JsonObject, Meta, Observation } from "../observer.ts";
import type { Entry } from "./exchanges.ts";
import type { Gate } from "./gate.ts";
import { isObject, isRequest, outboundKind, type RequestFrame } from "./frame.ts";
import type { OpenRequests } from "./open-requests.ts";
import { refusedAnswer } from "./refused-answer.ts";
import { answered, runInside, tell } from "./watch.ts";

async function follow(
	sending: Promise<unknown>,
	done: (() => void) | undefined,
	failed: (error: unknown) => void,
): Promise<void> {
	try {
		await sending;
	} catch (error) {
		failed(error);
		return;
	}
	done?.();
}

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
	if (result instanceof Promise) void follow(result, done, failed);
	else if (done) done();
	return result;
}

/** Adds members to `params._meta` on a copy; the caller's own keys win. */
function withMeta(message: JsonObject, observations: readonly Observation[]): JsonObject {
	let meta: Meta | undefined;
	for (const observation of observations)
		if (observation.meta) meta = meta ? { ...observation.meta, ...meta } : observation.meta;
	if (meta === undefined || Object.keys(meta).length === 0) return message;
	const params = message["params"];
	if (params !== undefined && !isObject(params)) return message;
	const own = params?.["_meta"];
	if (own !== undefined && !isObject(own)) return message;
	return { ...message, params: { ...params, _meta: { ...meta, ...own } } };
}

function respond(open: OpenRequests, message: JsonObject, pass: () => unknown): unknown {
	const { peer, guarded } = open;
	// Taken out now: per-request transports close themselves within a microtask of send.
	const entry = guarded(() => {
		const found = open.inbound.answer(message["id"]);
		const result = message["result"];
		if (found && isObject(result)) open.connection.learnResult(found.exchange.method, result);
		if (found) answered(found.observations, message, peer.onFault);
		else if (!open.closed)
			tell(peer.watchers, "unmatched", open.seen(false, message), peer.onFault);
		return found;
	});
	if (entry === undefined) return pass();
	return settled(
		pass,
		() => guarded(() => open.finish(entry, "answered", { response: message })),
		(error) =>
			guarded(() => open.finish(entry, "answered", { response: message, delivered: false, error })),
	);
}

function sendFailed(open: OpenRequests, entry: Entry, error: unknown): void {
	const { era, id } = entry.exchange;
	// Older refusals say -32000 and -32001 of anything (mcp.md §2.5): only their HTTP status speaks.
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
	pass: (sent: unknown) => unknown,
): unknown {
	const entry = open.begin(false, message, options);
	if (entry === undefined) return pass(message);
	const { observations } = entry;
	const go = (): unknown => {
		const sent = open.guarded(() => withMeta(message, observations)) ?? message;
		return settled(
			() => runInside(observations, () => pass(sent), open.peer.onFault),
			undefined,
			(error) => open.guarded(() => sendFailed(open, entry, error)),
		);
	};
	const admit = gate.of(entry);
	return admit === undefined ? go() : gate.hold(entry, admit, go, open.endOpen);
}

/** Observes a frame on its way out and passes it on. */
export function outgoing(
	open: OpenRequests,
	gate: Gate,
	message: unknown,
	options: unknown,
	pass: (sent: unknown) => unknown,
): unknown {
	// Arrays are sent by direct users of a transport; they are no requests of this peer.
	if (!isObject(message)) return pass(message);
	const kind = outboundKind(message);
	if (kind === "response") return respond(open, message, () => pass(message));
	if (kind === "request" && isRequest(message)) return request(open, gate, message, options, pass);
	if (kind === "notification") {
		if (message["method"] === "notifications/cancelled")
			open.guarded(() => open.cancel(open.outbound, message));
		tell(open.peer.watchers, "notification", open.seen(false, message), open.peer.onFault);
	}
	return pass(message);
}
