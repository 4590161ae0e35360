import { actorOf } from "../describe/actor.ts";
import type { Connection, Exchange } from "../observer.ts";

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
	const id = principal.id ?? principal.id_digest ?? auth?.client_id ?? auth?.token_digest;
	if (id !== undefined) return JSON.stringify([principal.issuer, principal.tenant, id]);
	// Nobody can tell two callers without credentials apart where each request has a connection of its own.
	return connection.transport === "streamable_http"
		? "anonymous"
		: `connection ${numberOf(connection)}`;
}
