import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

/** A server of connections that goes down and comes up again on its port. */
interface SocketServer {
	readonly port: number;
	readonly listening: () => boolean;
	/** Stops listening and resets what is open. */
	readonly down: () => Promise<void>;
	readonly up: () => Promise<void>;
}

/** Starts one on 127.0.0.1; `sockets` holds its open connections. */
export async function socketServer(
	taken: (socket: Socket) => void,
	sockets: Set<Socket>,
	tls?: TlsOptions,
): Promise<SocketServer> {
	const make = (): Server =>
		tls === undefined ? createServer(taken) : createTlsServer(tls, taken);
	let server = make();
	let port = 0;
	const up = async (): Promise<void> => {
		server = make();
		server.on("connection", (socket: Socket) => {
			sockets.add(socket);
			socket.on("close", () => sockets.delete(socket));
		});
		server.listen(port, "127.0.0.1");
		await once(server, "listening");
		const address = server.address();
		port = address instanceof Object ? address.port : 0;
	};
	await up();
	return {
		port,
		listening: () => server.listening,
		up,
		down: async () => {
			if (!server.listening) return;
			const closed = once(server, "close");
			server.close();
			for (const socket of sockets) socket.destroy();
			await closed;
		},
	};
}
