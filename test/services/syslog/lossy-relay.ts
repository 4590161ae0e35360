import { createSocket } from "node:dgram";
import { once } from "node:events";

/** Hands datagrams on but for those that it loses. */
export interface LossyRelay {
	readonly port: number;
	/** How many it has lost so far. */
	lost(): number;
	close(): void;
}

/** Starts one on a free port of 127.0.0.1; `loses` sees each datagram with its number, from 1. */
export async function lossyRelay(
	to: number,
	loses: (number: number, text: string) => boolean,
): Promise<LossyRelay> {
	const socket = createSocket("udp4");
	let seen = 0;
	let lost = 0;
	socket.on("message", (datagram) => {
		seen += 1;
		if (loses(seen, datagram.toString())) lost += 1;
		else socket.send(datagram, to, "127.0.0.1");
	});
	socket.bind(0, "127.0.0.1");
	await once(socket, "listening");
	return { port: socket.address().port, lost: () => lost, close: () => socket.close() };
}
