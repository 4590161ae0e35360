import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { within } from "../within.ts";
import type { FaultMaker } from "./fault-maker.ts";
import type { MessageSession } from "./message-session.ts";

/** How {@link datagramSession} sends. */
export interface DatagramOptions {
	readonly host: string;
	readonly port: number;
	readonly perSecond: number;
	readonly timeoutMs: number;
	readonly faults: FaultMaker;
}

const PERMITTED_MS = 200;
/** A shorter wait is saved up: timers are no finer. */
const LEAST_WAIT_MS = 5;

interface Open {
	readonly socket: Socket;
	/** What the other end, or a router, last said of our datagrams. */
	refused: Error | undefined;
}

/** Sends each message as one datagram, at no more than the rate; a datagram that is dropped on the way is not noticed. */
export function datagramSession(options: DatagramOptions): MessageSession {
	const { host, port, perSecond, timeoutMs, faults } = options;
	let live: Open | undefined;
	let nextMs = 0;

	function close(): void {
		live?.socket.close();
		live = undefined;
	}

	async function connected(signal: AbortSignal): Promise<Open> {
		if (live !== undefined) return live;
		const found = await within(lookup(host), timeoutMs, signal, (why) =>
			faults.fault(why === "aborted" ? "aborted" : "connect_timeout"),
		);
		const socket = createSocket(found.family === 6 ? "udp6" : "udp4");
		const open: Open = { socket, refused: undefined };
		socket.on("error", (error) => {
			open.refused = error;
		});
		await new Promise<void>((resolve, reject) => {
			socket.once("error", reject);
			// Where there is a callback, a failure comes to it and to no one else.
			socket.connect(port, found.address, (error?: Error) => {
				socket.off("error", reject);
				if (error === undefined) resolve();
				else reject(error);
			});
		}).catch((error: unknown) => {
			socket.close();
			throw error;
		});
		live = open;
		return open;
	}

	/** A closed port is told by the system, for a datagram sent before. */
	function stillThere({ refused }: Open): void {
		if (refused === undefined) return;
		close();
		// Of which datagram it speaks is not known: none is blamed.
		throw faults.fault("connection_failed", { cause: refused, said: refused.message });
	}

	async function sendOne({ socket }: Open, message: Uint8Array): Promise<void> {
		return new Promise((resolve, reject) => {
			socket.send(message, (error) => {
				if (error) reject(error);
				else resolve();
			});
		});
	}

	async function attempt(work: () => Promise<void>): Promise<void> {
		try {
			await work();
		} catch (error) {
			close();
			throw faults.classified(error);
		}
	}

	return {
		renew: async (signal) =>
			attempt(async () => {
				close();
				await connected(signal);
			}),
		send: async (messages, signal) =>
			attempt(async () => {
				const open = await connected(signal);
				for (const message of messages) {
					if (signal.aborted) throw faults.fault("aborted");
					const waitMs = nextMs - performance.now();
					if (waitMs > LEAST_WAIT_MS) {
						await sleep(waitMs, undefined, { signal }).catch(() => undefined);
						if (signal.aborted) throw faults.fault("aborted");
					}
					stillThere(open);
					await within(sendOne(open, message), timeoutMs, signal, (why) =>
						faults.fault(why === "aborted" ? "aborted" : "send_timeout"),
					);
					nextMs = Math.max(nextMs, performance.now()) + 1_000 / perSecond;
				}
				await turn();
				stillThere(open);
			}),
		permitted: async (signal) => {
			const open = live;
			if (open === undefined) return;
			await sleep(PERMITTED_MS, undefined, { signal }).catch(() => undefined);
			stillThere(open);
		},
		close: async () => close(),
	};
}
