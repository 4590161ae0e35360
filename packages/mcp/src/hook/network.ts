import { cleanText, type Network } from "@mcp-trail/event";
import type { ClientAddressReader } from "../http/client-address.ts";
import { askedOfNode } from "../http/asked.ts";
import type { Connection } from "../peer-connection.ts";
import { readerOf, type HttpFacts } from "./http-facts.ts";
import { currentTicket } from "./http-ticket.ts";
import { member } from "./loose.ts";

/** The address behind a request of `node:http` that a transport is handed; a web request has none. */
export function addressOfNode(
	request: unknown,
	addressOf: ClientAddressReader | undefined,
): Network {
	if (addressOf === undefined) return {};
	if (typeof request !== "object" || request === null || member(request, "socket") === undefined)
		return {};
	const asked = askedOfNode(request);
	return addressOf(asked.remote, (name) => asked.header(name));
}

const UNKNOWN = { address: undefined, port: undefined };

/** Where a frame came from, with what its HTTP request said of itself. */
export function arrivedFrom(
	extra: unknown,
	http: HttpFacts | undefined,
	addressOf: ClientAddressReader | undefined,
): Network | undefined {
	if (http === undefined) return undefined;
	const carried = currentTicket()?.network;
	if (carried?.http) return carried;
	const read = readerOf(extra);
	const address = carried ?? (read && addressOf?.(UNKNOWN, read));
	const agent = cleanText(http.headers["user-agent"], 256);
	const id = cleanText(http.headers["x-request-id"], 128);
	return {
		...address,
		http: {
			method: "POST",
			...(agent !== undefined && { user_agent: agent }),
			...(id !== undefined && { request_id: id }),
		},
	};
}

const servers = new WeakMap<Connection, Network>();

/** Where a client's request goes; the same for all of a connection. */
export function sentTo(connection: Connection): Network | undefined {
	const { endpoint } = connection;
	if (endpoint === undefined) return undefined;
	const known = servers.get(connection);
	if (known) return known;
	const address = cleanText(endpoint.address, 255);
	const network: Network = {
		...(address !== undefined && { server_address: address }),
		server_port: endpoint.port,
	};
	servers.set(connection, network);
	return network;
}
