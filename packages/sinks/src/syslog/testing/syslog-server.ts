import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { Socket } from "node:net";
import type { TlsOptions } from "node:tls";
import { setTimeout as sleep } from "node:timers/promises";
import { socketServer } from "./socket-server.ts";

/** A syslog receiver that trusts nothing: strict octet counting, or a datagram a message. */
export interface SyslogServer {
	readonly port: number;
	/** Whole messages as they came. */
	readonly messages: string[];
	/** Bytes of each connection. */
	readonly connections: Buffer[][];
	/** Ids of the messages, without those of probes, as soon as `count` are there, or at the deadline. */
	readonly ids: (count: number) => Promise<readonly string[]>;
	/** Resets every connection once it has so many bytes more, however many messages that is. */
	readonly cutAfter: (bytes: number) => void;
	/** Hangs up on every connection: with a FIN, or with a reset. */
	readonly hangUp: (how: "end" | "reset") => void;
	readonly listening: () => boolean;
	/** Stops listening and resets what is open. */
	readonly down: () => Promise<void>;
	readonly up: () => Promise<void>;
	readonly close: () => Promise<void>;
}

/** Starts one on 127.0.0.1; `stall`: it takes connections and never reads. */
export async function syslogServer(
	options: { readonly tls?: TlsOptions; readonly stall?: boolean } = {},
): Promise<SyslogServer> {
	const sockets = new Set<Socket>();
	const messages: string[] = [];
	const connections: Buffer[][] = [];
	let cutAfter: number | undefined;

	const taken = (socket: Socket): void => {
		sockets.add(socket);
		socket.on("error", () => undefined);
		socket.on("close", () => sockets.delete(socket));
		if (options.stall === true) {
			socket.pause();
			return;
		}
		const came: Buffer[] = [];
		connections.push(came);
		let rest: Buffer = Buffer.alloc(0);
		socket.on("data", (whole: Buffer) => {
			const bytes = whole.subarray(0, cutAfter);
			came.push(bytes);
			rest = Buffer.concat([rest, bytes]);
			rest = rest.subarray(readFrames(rest, messages));
			if (cutAfter === undefined) return;
			cutAfter -= bytes.byteLength;
			if (cutAfter > 0) return;
			cutAfter = undefined;
			socket.resetAndDestroy();
		});
	};
	const server = await socketServer(taken, sockets, options.tls);
	return {
		...server,
		messages,
		connections,
		ids: async (count) => waitForIds(messages, count),
		cutAfter: (bytes) => {
			cutAfter = bytes;
		},
		hangUp: (how) => {
			for (const socket of sockets) {
				if (how === "end") socket.end();
				else socket.resetAndDestroy();
			}
		},
		close: server.down,
	};
}

/** Starts a receiver of datagrams on 127.0.0.1. */
export async function datagramServer(): Promise<
	Pick<SyslogServer, "port" | "messages" | "ids" | "close">
> {
	const messages: string[] = [];
	const socket = createSocket("udp4", (message) => messages.push(message.toString()));
	socket.bind(0, "127.0.0.1");
	await once(socket, "listening");
	let open = true;
	return {
		port: socket.address().port,
		messages,
		ids: async (count) => waitForIds(messages, count),
		close: async () => {
			if (!open) return;
			open = false;
			socket.close();
			await once(socket, "close");
		},
	};
}

/** Reads whole frames `LENGTH SP MESSAGE`; gives the bytes read, throws on anything else. */
function readFrames(bytes: Buffer, messages: string[]): number {
	let at = 0;
	for (;;) {
		const space = bytes.indexOf(0x20, at);
		if (space < 0) return at;
		const length = bytes.subarray(at, space).toString("latin1");
		if (!/^[1-9]\d{0,5}$/u.test(length)) throw new Error(`no frame: ${JSON.stringify(length)}`);
		const end = space + 1 + Number(length);
		if (end > bytes.byteLength) return at;
		messages.push(
			new TextDecoder("utf8", { fatal: true, ignoreBOM: true }).decode(
				bytes.subarray(space + 1, end),
			),
		);
		at = end;
	}
}

/** The ids in messages of RFC 5424, without those of probes. */
export async function waitForIds(
	messages: readonly string[],
	count: number,
): Promise<readonly string[]> {
	const ids = (): string[] =>
		messages
			.filter((message) => !message.includes('type="ext.mcp-trail.probe"'))
			.map((message) => / id="([^"]+)"/u.exec(message)?.[1] ?? message);
	for (let waitedMs = 0; ids().length < count && waitedMs < 5_000; waitedMs += 5) await sleep(5);
	return ids();
}
