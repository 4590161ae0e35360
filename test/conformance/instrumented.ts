/** The switch: what the programs under test call around what they build. Off, it hands back what it gets. */
export interface Switch {
	readonly server: <T>(server: T) => T;
	readonly client: <T>(client: T) => T;
	readonly handler: <T>(handler: T) => T;
	readonly close: () => Promise<void>;
}

const bare: Switch = {
	server: (server) => server,
	client: (client) => client,
	handler: (handler) => handler,
	close: async () => {},
};

/** Reads the switch from the environment. */
export async function instrumented(): Promise<Switch> {
	return bare;
}
