import type { Connection } from "../peer-connection.ts";
import type { Exchange } from "../observer.ts";

/** A connection over which nothing was said yet, as its server sees it. */
export const aConnection = (over: Partial<Connection> = {}): Connection => ({
	role: "server",
	transport: "in_memory",
	sessionId: () => undefined,
	client: () => undefined,
	server: () => undefined,
	protocolVersion: () => undefined,
	...over,
});

/** A `tools/call` that a server got, with nothing around it. */
export function anExchange(over: Partial<Exchange> = {}): Exchange {
	const { id = 7, method = "tools/call", params } = over;
	return {
		connection: aConnection(),
		direction: "client_to_server",
		inbound: true,
		id,
		method,
		message: { jsonrpc: "2.0", id, method, ...(params !== undefined && { params }) },
		params: undefined,
		meta: undefined,
		era: undefined,
		protocolVersion: undefined,
		client: undefined,
		auth: undefined,
		headers: undefined,
		authScheme: undefined,
		startMs: 0,
		startUs: 0,
		trace: undefined,
		...over,
	};
}
