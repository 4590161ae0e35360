import type { IncomingMessage, ServerResponse } from "node:http";

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** The switch: what the programs under test call around what they build. Off, it hands back what it gets. */
export interface Switch {
	readonly server: <T>(server: T) => T;
	readonly client: <T>(client: T) => T;
	readonly handler: <T>(handler: T) => T;
	/** Stands outermost, before everything that refuses. */
	readonly listener: (listener: Listener) => Listener;
	/** What OAuth helpers fetch with. */
	readonly fetch: typeof fetch;
	readonly close: () => Promise<void>;
}

const off: Switch = {
	server: (server) => server,
	client: (client) => client,
	handler: (handler) => handler,
	listener: (listener) => listener,
	fetch,
	close: async () => {},
};

/** Reads the switch from the environment; off, none of our packages is even loaded. */
export async function instrumented(): Promise<Switch> {
	const folder = process.env["MCP_TRAIL_CONFORMANCE_DIR"];
	if (folder === undefined) return off;
	const { switchedOn } = await import("./switched-on.ts");
	return switchedOn(folder, process.env["MCP_TRAIL_CONFORMANCE_EXTENSION"] !== undefined);
}
