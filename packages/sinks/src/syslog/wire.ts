import { setImmediate as turn } from "node:timers/promises";
import type { Socket } from "node:net";
import type { SinkError } from "@mcp-trail/audit";
import { within } from "../within.ts";
import type { FaultMaker } from "./fault-maker.ts";

/** An open connection that knows when it is gone. */
export interface Wire {
	/** Settles with why it is gone; never rejects. */
	readonly gone: Promise<SinkError>;
	/** Why it is gone and since when, if it is. */
	lost(): { readonly error: SinkError; readonly atMs: number } | undefined;
	/** Resolves when the system has taken the bytes, which says nothing of the receiver. */
	write(bytes: Uint8Array, signal: AbortSignal): Promise<void>;
	/**
	 * Says that no more comes and waits until the receiver hangs up: `read` = in order, so that it has read everything;
	 * `cut` = otherwise; `late` = not within the deadline.
	 */
	end(signal: AbortSignal): Promise<"read" | "cut" | "late">;
	/** Gives the connection up, and says why. */
	destroy(why?: SinkError): void;
}

/** What a slow receiver must take within one deadline. */
const SLICE_BYTES = 65_536;

/** Watches an open socket: a receiver that closed is noticed before anything more is trusted to it. */
export function wire(
	socket: Socket,
	options: {
		readonly faults: FaultMaker;
		readonly timeoutMs: number;
		readonly onData?: (bytes: Uint8Array) => void;
	},
): Wire {
	const { faults, timeoutMs, onData } = options;
	let lost: { readonly error: SinkError; readonly atMs: number } | undefined;
	let tell: (error: SinkError) => void;
	const gone = new Promise<SinkError>((resolve) => {
		tell = resolve;
	});
	const lose = (error: SinkError): void => {
		if (lost !== undefined) return;
		lost = { error, atMs: Date.now() };
		tell(error);
		socket.destroy();
	};
	socket.on("error", (error) => {
		lose(faults.classified(error));
	});
	for (const event of ["end", "close"] as const) {
		socket.on(event, () => {
			lose(faults.fault("closed_by_receiver"));
		});
	}
	if (socket.destroyed || socket.readableEnded) lose(faults.fault("closed_by_receiver"));
	socket.on("data", (bytes: Uint8Array) => onData?.(bytes));

	const stillThere = (): void => {
		if (lost !== undefined) throw lost.error;
	};
	const patient = async (work: Promise<unknown>, signal: AbortSignal): Promise<void> => {
		try {
			await within(work, timeoutMs, signal, (why) =>
				faults.fault(why === "aborted" ? "aborted" : "send_timeout"),
			);
		} catch (error) {
			// Half a message may be out: what follows on this connection would be read as its rest.
			lose(faults.classified(error));
			throw error;
		}
	};
	const write = async (slice: Uint8Array): Promise<void> =>
		new Promise((resolve, reject) => {
			socket.write(slice, (error) => {
				if (error) reject(lost?.error ?? faults.classified(error));
				else resolve();
			});
		});

	return {
		gone,
		lost: () => lost,
		async write(bytes, signal) {
			for (let at = 0; at < bytes.byteLength; at += SLICE_BYTES) {
				stillThere();
				await patient(write(bytes.subarray(at, at + SLICE_BYTES)), signal);
			}
			// A reset that is already here comes to light in the next turn of the event loop.
			await turn();
			stillThere();
		},
		async end(signal) {
			if (lost !== undefined) return "cut";
			socket.end();
			await patient(gone, signal).catch(() => undefined);
			const { code } = await gone;
			if (code === "closed_by_receiver") return "read";
			return code === "send_timeout" || code === "aborted" ? "late" : "cut";
		},
		destroy: (why) => {
			lose(why ?? faults.fault("closed"));
		},
	};
}
