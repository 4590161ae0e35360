import { types } from "node:util";
import type { JsonObject } from "../json-object.ts";
import type { Notification, Passage } from "../observer.ts";
import { envelopeOf, metaOf } from "./connection.ts";
import { eraOf } from "./exchange.ts";
import { isObject } from "./frame.ts";
import { readerOf } from "./http-facts.ts";
import type { OpenRequests } from "./open-requests.ts";
import { runInside } from "./watch.ts";
import { withMeta } from "./with-meta.ts";

/** Called on true promises only: a lazy thenable would start its work a second time. */
const then = Reflect.get(Promise.prototype, "then");

function notificationOf(
	{ connection, peer }: OpenRequests,
	inbound: boolean,
	message: JsonObject,
	method: string,
	extra: unknown,
): Notification {
	const params = isObject(message["params"]) ? message["params"] : undefined;
	const meta = metaOf(params);
	const protocolVersion =
		envelopeOf(meta).version ??
		connection.protocolVersion() ??
		readerOf(extra)?.("mcp-protocol-version") ??
		connection.spoken;
	return {
		connection,
		direction: (peer.role === "client") === inbound ? "server_to_client" : "client_to_server",
		inbound,
		message,
		method,
		params,
		meta,
		protocolVersion,
		era: eraOf(protocolVersion, method),
		startUs: Math.round(performance.now() * 1000),
	};
}

/** What observers put around a notification; undefined where nobody puts anything. */
function passagesOf(
	open: OpenRequests,
	inbound: boolean,
	message: JsonObject,
	extra: unknown,
): readonly Passage[] | undefined {
	const { watchers, onFault } = open.peer;
	let found: Passage[] | undefined;
	let seen: Notification | undefined;
	for (const { observer } of watchers) {
		if (observer.passing === undefined) continue;
		try {
			const method = String(message["method"]);
			const passage = observer.passing(
				method,
				inbound,
				() => (seen ??= notificationOf(open, inbound, message, method, extra)),
			);
			if (passage !== undefined) (found ??= []).push(passage);
		} catch (fault) {
			onFault(fault);
		}
	}
	return found;
}

/** Calls `work`, and `done` when what it promised is done. */
function settling(work: () => unknown, done: (failed: boolean) => void): unknown {
	let result: unknown;
	try {
		result = work();
	} catch (error) {
		done(true);
		throw error;
	}
	if (types.isPromise(result))
		void then.call(
			result,
			() => done(false),
			() => done(true),
		);
	else done(false);
	return result;
}

function handOn(open: OpenRequests, passages: readonly Passage[], pass: () => unknown): unknown {
	return settling(
		() => runInside(passages, pass, open.peer.onFault),
		(failed) => {
			for (const passage of passages) open.guarded(() => passage.end?.(failed));
		},
	);
}

/** Sends a notification on inside what observers put around it, with what they add to its `_meta`. */
export function sendNotification(
	open: OpenRequests,
	message: JsonObject,
	pass: (sent: JsonObject) => unknown,
): unknown {
	const passages = passagesOf(open, false, message, undefined);
	if (passages === undefined) return pass(message);
	const sent = open.guarded(() => withMeta(message, passages)) ?? message;
	return handOn(open, passages, () => pass(sent));
}

/** Hands a notification that came in to the SDK, inside what observers put around it. */
export function receiveNotification(
	open: OpenRequests,
	message: JsonObject,
	extra: unknown,
	pass: () => unknown,
): unknown {
	const passages = passagesOf(open, true, message, extra);
	return passages === undefined ? pass() : handOn(open, passages, pass);
}
