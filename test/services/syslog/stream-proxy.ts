import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** Stands between a sink and a receiver and makes what networks do. */
export interface StreamProxy {
	readonly port: number;
	/** Resets the connections of both sides after a part of the next bytes; ends when that has happened. */
	cutWithin(): Promise<void>;
	/** Passes no answer on any more, until the connection is cut. */
	swallowAnswers(): void;
	close(): Promise<void>;
}

const CUT_WAIT_MS = 2_000;

/** Starts one on 127.0.0.1, in front of a port there. */
export async function streamProxy(to: number): Promise<StreamProxy> {
	const pairs = new Set<readonly [Socket, Socket]>();
	let cut: (() => void) | undefined;
	let swallow = false;
	const server = createServer((near) => {
		const far = connect(to, "127.0.0.1");
		const pair = [near, far] as const;
		pairs.add(pair);
		near.on("data", (bytes) => {
			const cutting = cut;
			cut = undefined;
			far.write(cutting === undefined ? bytes : bytes.subarray(0, Math.ceil(bytes.length / 2)));
			if (cutting === undefined) return;
			swallow = false;
			// What was passed on goes out first: a reset would overtake it.
			far.end(() => near.resetAndDestroy());
			cutting();
		});
		far.on("data", (bytes) => {
			if (!swallow) near.write(bytes);
		});
		for (const [one, other] of [pair, pair.toReversed()] as const) {
			one?.on("error", () => other?.destroy());
			one?.on("end", () => other?.end());
			one?.on("close", () => {
				other?.destroy();
				pairs.delete(pair);
			});
		}
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	return {
		port: address instanceof Object ? address.port : 0,
		cutWithin: async () => {
			const happened = new Promise<void>((resolve) => {
				cut = resolve;
			});
			const late = new AbortController();
			const waited = new Promise<void>((resolve) => {
				const timer = setTimeout(resolve, CUT_WAIT_MS);
				late.signal.addEventListener("abort", () => clearTimeout(timer));
			});
			await Promise.race([happened, waited]);
			late.abort();
		},
		swallowAnswers: () => {
			swallow = true;
		},
		close: async () => {
			const closed = once(server, "close");
			server.close();
			for (const pair of pairs) for (const socket of pair) socket.destroy();
			await closed;
		},
	};
}
