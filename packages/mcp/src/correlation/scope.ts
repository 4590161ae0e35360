import { actorOf } from "../describe/actor.ts";
import type { Connection } from "../peer-connection.ts";
import type { Exchange } from "../observer.ts";

let nextConnection = 1;
const connections = new WeakMap<Connection, number>();

function numberOf(connection: Connection): number {
	let number = connections.get(connection);
	if (number === undefined) connections.set(connection, (number = nextConnection++));
	return number;
}

/**
 * Whom an id is believed within: of what a client sends its principal, whatever connection it comes on, since a
 * stateless server has no other continuity; of everything else the connection.
 */
export function scopeOf(exchange: Exchange): string {
	const { connection, inbound } = exchange;
	if (!inbound || connection.role !== "server") return `connection ${numberOf(connection)}`;
	const { principal, auth } = actorOf(exchange, undefined);
	const { issuer, tenant, assurance, source } = principal;
	const id = principal.id ?? principal.id_digest;
	// An id that somebody checked is not the same one that an application merely said.
	if (id !== undefined) {
		// A proxy's certificate is that of many: their tokens tell them apart.
		const token = source === "client_certificate" ? auth?.token_digest : undefined;
		return JSON.stringify(["principal", assurance, issuer, tenant, id, token]);
	}
	if (auth?.client_id !== undefined)
		return JSON.stringify(["client", issuer, tenant, auth.client_id]);
	if (auth?.token_digest !== undefined) return JSON.stringify(["token", auth.token_digest]);
	// Nobody can tell two callers without credentials apart where each request has a connection of its own.
	return connection.transport === "streamable_http"
		? "anonymous"
		: `connection ${numberOf(connection)}`;
}
