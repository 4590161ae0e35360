import type { Exchange } from "../observer.ts";
import { arrivalOf } from "./arrival.ts";
import { envelopeOf, isModern, metaOf, type LearningConnection } from "./connection.ts";
import { isObject, type RequestFrame } from "./frame.ts";
import { member } from "./loose.ts";
import type { Peer } from "./peer.ts";

/** The era of a message by its version, or by a method that only one era has. */
export function eraOf(version: string | undefined, method: string): Exchange["era"] {
	if (method === "initialize") return "legacy";
	if (method === "server/discover") return "modern";
	if (version === undefined) return undefined;
	return isModern(version) ? "modern" : "legacy";
}

/** What the entry of the v2 SDK found the request to be. */
function classifiedModern(extra: unknown): boolean {
	return member(member(extra, "classification"), "era") === "modern";
}

type Began = { readonly exchange: Exchange; readonly hangUp: AbortSignal | undefined };

/** As {@link exchangeOf}; of a frame that throws when it is read, id and method are what is left. */
export function readableExchange(
	peer: Peer,
	connection: LearningConnection,
	inbound: boolean,
	message: RequestFrame,
	extra: unknown,
): Began {
	try {
		return exchangeOf(peer, connection, inbound, message, extra);
	} catch (fault) {
		peer.onFault(fault);
	}
	const { id, method } = message;
	const bare: RequestFrame = { jsonrpc: "2.0", id, method };
	try {
		return exchangeOf(peer, connection, inbound, bare, extra);
	} catch {
		return exchangeOf(peer, connection, inbound, bare, undefined);
	}
}

/** Gathers what is known about a request at the moment it is seen. */
export function exchangeOf(
	peer: Peer,
	connection: LearningConnection,
	inbound: boolean,
	message: RequestFrame,
	extra: unknown,
): Began {
	const { id, method } = message;
	const params = isObject(message["params"]) ? message["params"] : undefined;
	const fromClient = (peer.role === "client") !== inbound;
	// Each side speaks for itself only: what a server calls a client is not the client's name.
	if (fromClient) connection.learnRequest(method, params);
	const meta = metaOf(params);
	const envelope = envelopeOf(meta);
	if (envelope.version !== undefined) connection.spoken = envelope.version;
	const arrival = arrivalOf(peer, connection, inbound, method, extra);
	const version =
		envelope.version ?? connection.protocolVersion() ?? arrival.headers?.["mcp-protocol-version"];
	return {
		hangUp: arrival.http?.signal,
		exchange: {
			connection,
			direction: fromClient ? "client_to_server" : "server_to_client",
			inbound,
			id,
			method,
			message,
			params,
			meta,
			era: classifiedModern(extra) ? "modern" : eraOf(version, method),
			protocolVersion: version,
			client: (fromClient ? envelope.client : undefined) ?? connection.client(),
			auth: arrival.auth,
			authScheme: arrival.authScheme,
			tokenDigest: arrival.tokenDigest,
			certificate: arrival.certificate,
			identity: arrival.identity,
			network: arrival.network,
			headers: arrival.headers,
			startMs: Date.now(),
			startUs: Math.round(performance.now() * 1000),
			trace: undefined,
			operation: undefined,
			carried: undefined,
		},
	};
}
