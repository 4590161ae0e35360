import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import type { Duplex } from "node:stream";

// As much of RFC 6455 as two peers of one test need: whole text frames, and the frame that ends it. Node 20 has no
// WebSocket of its own.

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const TEXT = 1;
const END = 8;

export const acceptOf = (key: string): string =>
	createHash("sha1").update(`${key}${GUID}`).digest("base64");

function frameOf(opcode: number, text: string, isMasked: boolean): Buffer {
	const body = Buffer.from(text);
	const mark = isMasked ? 0x80 : 0;
	const head =
		body.length < 126
			? Buffer.from([0x80 | opcode, mark | body.length])
			: Buffer.from([0x80 | opcode, mark | 126, body.length >> 8, body.length & 0xff]);
	// A mask of zeros leaves every byte as it is.
	return Buffer.concat([head, Buffer.alloc(isMasked ? 4 : 0), body]);
}

interface Frame {
	readonly opcode: number;
	readonly text: string;
	readonly rest: Buffer;
}

function firstOf(bytes: Buffer): Frame | undefined {
	if (bytes.length < 2) return undefined;
	const [first = 0, second = 0] = bytes;
	const isLong = (second & 0x7f) === 126;
	const start = isLong ? 4 : 2;
	if (bytes.length < start) return undefined;
	const length = isLong ? bytes.readUInt16BE(2) : second & 0x7f;
	const isMasked = (second & 0x80) !== 0;
	const at = start + (isMasked ? 4 : 0);
	if (bytes.length < at + length) return undefined;
	const mask = bytes.subarray(start, at);
	const body = Buffer.from(bytes.subarray(at, at + length)).map(
		(byte, index) => byte ^ (isMasked ? (mask[index % 4] ?? 0) : 0),
	);
	return {
		opcode: first & 0x0f,
		text: Buffer.from(body).toString("utf8"),
		rest: bytes.subarray(at + length),
	};
}

/** Sends and takes frames on a socket that was upgraded. */
export function framesOn(
	socket: Duplex,
	isClient: boolean,
	take: { readonly text: (text: string) => void; readonly ended: () => void },
) {
	let left: Buffer = Buffer.alloc(0);
	let isEnded = false;
	const ended = (): void => {
		if (isEnded) return;
		isEnded = true;
		socket.destroy();
		take.ended();
	};
	socket.on("data", (chunk: Buffer) => {
		left = Buffer.concat([left, chunk]);
		for (let frame = firstOf(left); frame !== undefined; frame = firstOf(left)) {
			left = frame.rest;
			if (frame.opcode === END) return ended();
			if (frame.opcode === TEXT) take.text(frame.text);
		}
	});
	socket.on("close", ended);
	socket.on("error", ended);
	return {
		send: (text: string): void => void socket.write(frameOf(TEXT, text, isClient)),
		close(): void {
			socket.end(frameOf(END, "", isClient));
		},
	};
}

/** A client as browsers have it, as far as SDK v1 uses it. */
export class TestWebSocket {
	onopen: (() => void) | undefined;
	onerror: ((event: { readonly error: unknown }) => void) | undefined;
	onclose: (() => void) | undefined;
	onmessage: ((event: { readonly data: string }) => void) | undefined;
	#frames: ReturnType<typeof framesOn> | undefined;

	constructor(url: string | URL, protocol: string) {
		const { hostname, port, pathname } = new URL(url);
		const asking = request({
			host: hostname,
			port,
			path: pathname,
			headers: {
				connection: "Upgrade",
				upgrade: "websocket",
				"sec-websocket-version": "13",
				"sec-websocket-key": randomBytes(16).toString("base64"),
				"sec-websocket-protocol": protocol,
			},
		});
		asking.on("error", (error) => this.onerror?.({ error }));
		asking.on("upgrade", (_response, socket) => {
			this.#frames = framesOn(socket, true, {
				text: (data) => this.onmessage?.({ data }),
				ended: () => this.onclose?.(),
			});
			this.onopen?.();
		});
		asking.end();
	}

	send(text: string): void {
		this.#frames?.send(text);
	}

	close(): void {
		this.#frames?.close();
	}
}
