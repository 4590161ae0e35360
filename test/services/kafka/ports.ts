import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Tells whether a port of 127.0.0.1 can be listened on. */
export async function portIsFree(port: number): Promise<boolean> {
	const server = createServer();
	return new Promise((resolve) => {
		server.once("error", () => {
			resolve(false);
		});
		server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
			server.close(() => {
				resolve(true);
			});
		});
	});
}

/**
 * Finds free ports below the ephemeral range: a client that dials a dead broker's ephemeral port
 * again and again can be given that very port as its own, and the broker never gets it back.
 */
export async function freePorts(count: number): Promise<number[]> {
	const found = new Set<number>();
	for (let attempt = 0; found.size < count; attempt++) {
		if (attempt > 1_000) throw new Error("no free port between 20000 and 30000 on 127.0.0.1");
		const port = randomInt(20_000, 30_000);
		if (!found.has(port) && (await portIsFree(port))) found.add(port);
	}
	return [...found];
}
