import type { Exchange } from "../observer.ts";
import { envelopeOf, isModern, metaOf, type LearningConnection } from "./connection.ts";
import { isObject, type RequestFrame } from "./frame.ts";
import { httpFacts } from "./http-facts.ts";
import { member } from "./loose.ts";
import type { Peer } from "./peer.ts";

function eraOf(version: string | undefined, method: string): Exchange["era"] {
	if (method === "initialize") return "legacy";
	if (method === "server/discover") return "modern";
	if (version === undefined) return undefined;
	return isModern(version) ? "modern" : "legacy";
}

/** What the entry of the v2 SDK found the request to be. */
function classifiedModern(extra: unknown): boolean {
	return member(member(extra, "classification"), "era") === "modern";
}

/** Gathers what is known about a request at the moment it is seen. */
export function exchangeOf(
	peer: Peer,
	connection: LearningConnection,
	inbound: boolean,
	message: RequestFrame,
	extra: unknown,
): { readonly exchange: Exchange; readonly hangUp: AbortSignal | undefined } {
	const { id, method } = message;
	const params = isObject(message["params"]) ? message["params"] : undefined;
	connection.learnRequest(method, params);
	const meta = metaOf(params);
	const envelope = envelopeOf(meta);
	const http = inbound ? httpFacts(extra) : undefined;
	const version =
		envelope.version ?? connection.protocolVersion() ?? http?.headers["mcp-protocol-version"];
	return {
		hangUp: http?.signal,
		exchange: {
			connection,
			direction: (peer.role === "client") === inbound ? "server_to_client" : "client_to_server",
			inbound,
			id,
			method,
			message,
			params,
			meta,
			era: classifiedModern(extra) ? "modern" : eraOf(version, method),
			protocolVersion: version,
			client: envelope.client ?? connection.client(),
			auth: inbound ? peer.readAuth(member(extra, "authInfo")) : undefined,
			authScheme: http?.authScheme,
			headers: http?.headers,
			startMs: Date.now(),
			startUs: Math.round(performance.now() * 1000),
			trace: undefined,
		},
	};
}
