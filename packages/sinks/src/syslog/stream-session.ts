import { setTimeout as sleep } from "node:timers/promises";
import type { Dial } from "./dial.ts";
import type { MessageSession } from "./message-session.ts";
import type { Wire } from "./wire.ts";

/** What was sent longer before a connection was lost has arrived. */
const RECENT_MS = 30_000;

const PERMITTED_MS = 200;

interface Sent {
	readonly bytes: Uint8Array;
	readonly atMs: number;
}

/**
 * Sends each message with its length before it (RFC 6587 §3.4.1), over one connection at a time. TCP says yes to what lies in its buffers, so the last `resendBytes` of the last
 * 30 seconds are kept and, when the connection is lost, sent again on the next one.
 */
export function streamSession(dial: Dial, resendBytes: number): MessageSession {
	let live: Wire | undefined;
	/** Sent on the connection that is live, or was. */
	let recent: Sent[] = [];
	let recentBytes = 0;

	function remember(bytes: Uint8Array): void {
		if (resendBytes === 0) return;
		recent.push({ bytes, atMs: Date.now() });
		recentBytes += bytes.byteLength;
		for (let first = recent[0]; first; [first] = recent) {
			if (recentBytes - first.bytes.byteLength < resendBytes) break;
			recentBytes -= first.bytes.byteLength;
			recent.shift();
		}
	}

	function forget(): void {
		recent = [];
		recentBytes = 0;
	}

	/** The connection, unless it is lost: then of what it carried only the recent is kept. */
	function standing(): Wire | undefined {
		const lost = live?.lost();
		if (lost === undefined) return live;
		live = undefined;
		recent = recent.filter(({ atMs }) => atMs >= lost.atMs - RECENT_MS);
		recentBytes = recent.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
		return undefined;
	}

	async function connected(signal: AbortSignal): Promise<Wire> {
		const kept = standing();
		if (kept !== undefined) return kept;
		const fresh = await dial(signal);
		try {
			await fresh.write(Buffer.concat(recent.map(({ bytes }) => bytes)), signal);
		} catch (error) {
			fresh.destroy();
			throw error;
		}
		const nowMs = Date.now();
		recent = recent.map(({ bytes }) => ({ bytes, atMs: nowMs }));
		live = fresh;
		return fresh;
	}

	/** Ends the connection in order; false: it was cut, and what it lost is still to be sent again. */
	async function end(signal: AbortSignal): Promise<boolean> {
		const how = await standing()?.end(signal);
		if (how === "read" || how === "late") {
			live = undefined;
			forget();
		} else standing();
		return recent.length === 0;
	}

	return {
		async renew(signal) {
			await end(signal);
			await connected(signal);
		},
		async send(messages, signal) {
			const bytes = octetCounted(messages);
			const wire = await connected(signal);
			try {
				await wire.write(bytes, signal);
			} catch (error) {
				wire.destroy();
				throw error;
			}
			remember(bytes);
		},
		async permitted(signal) {
			if (live === undefined) return;
			const stays = sleep(PERMITTED_MS, undefined, { signal }).catch(() => undefined);
			const error = await Promise.race([live.gone, stays]);
			if (error !== undefined) throw error;
		},
		async close(signal) {
			try {
				// Nobody comes after this to send again what a lost connection may have lost.
				if (await end(signal)) return;
				await connected(signal);
				await end(signal);
			} finally {
				live?.destroy();
				live = undefined;
				forget();
			}
		},
	};
}

/** Nothing within a message can end it: its bytes are counted. */
function octetCounted(messages: readonly Uint8Array[]): Uint8Array {
	return Buffer.concat(
		messages.flatMap((message) => [Buffer.from(`${message.byteLength} `), message]),
	);
}
