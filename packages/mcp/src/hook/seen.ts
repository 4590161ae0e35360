import type { JsonObject } from "../json-object.ts";
import type { Misfit } from "./frame.ts";
import type { Seen } from "../observer.ts";
import { arrivalOf } from "./arrival.ts";
import { envelopeOf, metaOf, type LearningConnection } from "./connection.ts";
import { eraOf } from "./exchange.ts";
import { isObject, isRequestId } from "./frame.ts";
import type { GivenUps } from "./given-up.ts";
import { member } from "./loose.ts";
import type { Peer } from "./peer.ts";

/** A member that may throw when it is read, since in memory a peer hands over objects of its own. */
function read<T>(of: () => T): T | undefined {
	try {
		return of();
	} catch {
		return undefined;
	}
}

/** Gathers what can be known of a frame that is no request; whatever it is, this does not throw. */
export function seenOf(
	peer: Peer,
	connection: LearningConnection,
	inbound: boolean,
	message: unknown,
	extra: unknown,
	more: { readonly misfit?: Misfit; readonly givenUp?: ReturnType<GivenUps["take"]> } = {},
): Seen {
	const fromClient = (peer.role === "client") !== inbound;
	const method = read(() => member(message, "method"));
	const id = read(() => member(message, "id"));
	const params = read((): JsonObject | undefined => {
		const found = member(message, "params");
		return isObject(found) ? found : undefined;
	});
	const envelope = read(() => envelopeOf(metaOf(params)));
	const named = typeof method === "string" ? method : more.givenUp?.method;
	const arrival = read(() => arrivalOf(peer, connection, inbound, named, extra));
	const protocolVersion =
		envelope?.version ??
		connection.protocolVersion() ??
		arrival?.headers?.["mcp-protocol-version"] ??
		connection.spoken;
	return {
		connection,
		direction: fromClient ? "client_to_server" : "server_to_client",
		inbound,
		message,
		method: named,
		id: isRequestId(id) ? id : undefined,
		params,
		protocolVersion,
		era: eraOf(protocolVersion, named ?? ""),
		client: (fromClient ? envelope?.client : undefined) ?? connection.client(),
		auth: arrival?.auth,
		authScheme: arrival?.authScheme,
		tokenDigest: arrival?.tokenDigest,
		certificate: arrival?.certificate,
		identity: arrival?.identity,
		network: arrival?.network,
		headers: arrival?.headers,
		misfit: more.misfit,
		trace: more.givenUp?.trace,
		atMs: Date.now(),
	};
}
