/** The switch: what the programs under test call around what they build. Off, it hands back what it gets. */
export interface Switch {
	readonly server: <T>(server: T) => T;
	readonly client: <T>(client: T) => T;
	readonly handler: <T>(handler: T) => T;
	readonly close: () => Promise<void>;
}

const off: Switch = {
	server: (server) => server,
	client: (client) => client,
	handler: (handler) => handler,
	close: async () => {},
};

/** Reads the switch from the environment; off, none of our packages is even loaded. */
export async function instrumented(): Promise<Switch> {
	const folder = process.env["MCP_TRAIL_CONFORMANCE_DIR"];
	if (folder === undefined) return off;
	const { switchedOn } = await import("./switched-on.ts");
	return switchedOn(folder);
}
