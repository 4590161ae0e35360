import { connect, isIP, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import type { HttpTlsOptions } from "../http/http-options.ts";
import { readTls } from "../http/read-tls.ts";
import { secretKeeper } from "../http/secrets.ts";
import { within } from "../within.ts";
import type { FaultMaker } from "./fault-maker.ts";
import { type Wire, wire } from "./wire.ts";

/** Where a connection leads. */
export interface DialOptions {
	readonly transport: "tcp" | "tls";
	readonly host: string;
	readonly port: number;
	readonly tls: HttpTlsOptions | undefined;
	readonly timeoutMs: number;
	readonly faults: FaultMaker;
}

/** Opens one connection; rejects with a `SinkError`. */
export type Dial = (signal: AbortSignal, onData?: (bytes: Uint8Array) => void) => Promise<Wire>;

const KEEP_ALIVE_MS = 30_000;
const LEAST_VERDICT_MS = 200;
const LONGEST_VERDICT_MS = 2_000;

/** Makes what opens connections to one receiver; certificates are read anew for each of them. */
export function dialer(options: DialOptions): Dial {
	const { transport, host, port, timeoutMs, faults } = options;
	const secrets = secretKeeper();
	return async (signal, onData) => {
		const late = (why: "timeout" | "aborted") =>
			faults.fault(why === "aborted" ? "aborted" : "connect_timeout");
		const name = isIP(host) === 0 ? { servername: host } : {};
		let socket: Socket | undefined;
		try {
			// Certificates first: nothing is opened where they cannot be read.
			const tls =
				transport === "tls"
					? await within(readTls(options.tls, secrets), timeoutMs, signal, late)
					: undefined;
			if (signal.aborted) throw late("aborted");
			socket =
				tls === undefined ? connect({ host, port }) : connectTls({ host, port, ...name, ...tls });
			await within(opened(socket, tls !== undefined), timeoutMs, signal, late);
		} catch (error) {
			socket?.destroy();
			throw faults.classified(error);
		}
		socket.setNoDelay(true);
		socket.setKeepAlive(true, KEEP_ALIVE_MS);
		return wire(socket, { faults, timeoutMs, ...(onData === undefined ? {} : { onData }) });
	};
}

async function opened(socket: Socket | TLSSocket, secure: boolean): Promise<void> {
	const failed = new Promise<never>((_, reject) => {
		socket.on("error", reject);
	});
	failed.catch(() => undefined);
	const happened = async (event: string): Promise<void> =>
		new Promise((resolve) => {
			socket.once(event, () => {
				resolve();
			});
		});
	if (!("getProtocol" in socket) || !secure) {
		await Promise.race([happened("connect"), failed]);
		return;
	}
	const session = happened("session");
	await Promise.race([happened("connect"), failed]);
	const beganMs = performance.now();
	await Promise.race([happened("secureConnect"), failed]);
	if (socket.getProtocol() !== "TLSv1.3") return;
	// In TLS 1.3 this side is ready before the receiver has judged its certificate: a session ticket comes after a
	// good judgement, an alert or a close after a bad one. Some receivers send no ticket.
	const tookMs = performance.now() - beganMs;
	const verdictMs = Math.min(LONGEST_VERDICT_MS, Math.max(LEAST_VERDICT_MS, 3 * tookMs));
	const over = new AbortController();
	const waited = sleep(verdictMs, undefined, { signal: over.signal }).catch(() => undefined);
	socket.resume();
	try {
		await Promise.race([session, waited, happened("close"), failed]);
	} finally {
		over.abort();
	}
	// The ticket is told from within OpenSSL: what is written in the same turn is never sent.
	await turn();
}
