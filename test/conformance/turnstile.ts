import { once } from "node:events";
import { createServer, type Socket } from "node:net";

/** Lets a few programs run at a time. */
export interface Turnstile {
	readonly port: number;
	close(): Promise<void>;
}

/**
 * Opens a turnstile with this many places. The suite starts all its clients at once, and on a small
 * machine they would starve one another until connections time out. A place is an open socket, so it
 * is given back however its holder ends.
 */
export async function openTurnstile(places: number): Promise<Turnstile> {
	const waiting: Socket[] = [];
	let free = places;
	const admit = (): void => {
		while (free > 0) {
			const next = waiting.shift();
			if (next === undefined) return;
			free -= 1;
			next.once("close", () => {
				free += 1;
				admit();
			});
			next.write("go");
		}
	};
	const server = createServer((socket) => {
		socket.on("error", () => socket.destroy());
		socket.on("close", () => {
			const at = waiting.indexOf(socket);
			if (at >= 0) waiting.splice(at, 1);
		});
		// Without a reader the end of the other side would go unseen.
		socket.resume();
		waiting.push(socket);
		admit();
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	return {
		port: typeof address === "object" ? (address?.port ?? 0) : 0,
		async close() {
			for (const socket of waiting) socket.destroy();
			server.close();
			await once(server, "close");
		},
	};
}
