import type { Connection } from "../peer-connection.ts";
import type { Exchange } from "../observer.ts";
import { httpFacts, type HttpFacts } from "./http-facts.ts";
import { currentTicket } from "./http-ticket.ts";
import { member } from "./loose.ts";
import { arrivedFrom, sentTo } from "./network.ts";
import type { Peer } from "./peer.ts";

/** Who a frame came from, and where it came from or goes to. */
export type Arrival = Pick<
	Exchange,
	"auth" | "authScheme" | "certificate" | "headers" | "identity" | "network" | "tokenDigest"
> & { readonly http: HttpFacts | undefined };

/** Gathers what came with a frame from outside; of a frame that this side sends, what is known of its way. */
export function arrivalOf(
	peer: Pick<Peer, "addressOf" | "digestToken" | "identify" | "readAuth" | "role">,
	connection: Connection,
	inbound: boolean,
	method: string | undefined,
	extra: unknown,
): Arrival {
	const http = inbound ? httpFacts(extra, peer.digestToken) : undefined;
	const auth = inbound ? peer.readAuth(member(extra, "authInfo")) : undefined;
	const network = inbound ? arrivedFrom(extra, http, peer.addressOf) : sentTo(connection);
	const tokenDigest = http?.tokenDigest;
	const { identify } = peer;
	const fromClient = (peer.role === "client") !== inbound;
	return {
		http,
		auth,
		authScheme: http?.authScheme,
		headers: http?.headers,
		tokenDigest,
		certificate: http && currentTicket()?.certificate,
		network,
		identity:
			identify && fromClient
				? identify(
						{
							role: peer.role,
							transport: connection.transport,
							method,
							clientAddress: network?.client_address,
							// What a client hands its transport is none of the application's business here.
							extra: inbound ? extra : undefined,
						},
						auth?.tokenDigest ?? tokenDigest,
						peer.digestToken,
					)
				: undefined,
	};
}
