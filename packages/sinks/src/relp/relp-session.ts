import type { SinkError } from "@mcp-trail/audit";
import type { Dial } from "../syslog/dial.ts";
import type { FaultMaker } from "../syslog/fault-maker.ts";
import type { Wire } from "../syslog/wire.ts";
import { within } from "../within.ts";
import { MAX_TXNR, type RelpFrame, relpFrame, relpReader } from "./frames.ts";

/** What was not acknowledged, and why. */
interface Undelivered {
	/** Indexes of messages. */
	readonly indexes: readonly number[];
	readonly error: SinkError;
}

/** A RELP session at a time with one receiver. */
export interface RelpSession {
	/** Opens a new session, which proves address, certificates and what the receiver takes. */
	renew(signal: AbortSignal): Promise<void>;
	/** Sends and waits for each acknowledgement; never rejects. */
	send(messages: readonly Uint8Array[], signal: AbortSignal): Promise<Undelivered | undefined>;
	close(signal: AbortSignal): Promise<void>;
}

/** How {@link relpSession} speaks. */
export interface RelpSessionOptions {
	readonly dial: Dial;
	readonly faults: FaultMaker;
	/** Messages under way without an acknowledgement. */
	readonly window: number;
	readonly timeoutMs: number;
	/** The transaction number that a session begins with. @default 1 */
	readonly firstTxnr?: number;
}

/** An opened session. */
interface Live {
	readonly wire: Wire;
	/** Sends a command; `answered` is called with the answer's text. */
	ask(command: string, data: Uint8Array | undefined, answered: (text: string) => void): Uint8Array;
	/** Resolves at the next answer, or when the connection is gone. */
	news(): Promise<void>;
}

const MAX_ANSWER_BYTES = 65_536;
const OFFERS = Buffer.from("relp_version=0\nrelp_software=mcp-trail\ncommands=syslog");

/** Speaks RELP: offers, transactions numbered one by one, a bounded window, an answer for each. */
export function relpSession(options: RelpSessionOptions): RelpSession {
	const { dial, faults, window, timeoutMs, firstTxnr = 1 } = options;
	let live: Live | undefined;

	async function opened(signal: AbortSignal): Promise<Live> {
		const pending = new Map<number, (text: string) => void>();
		let txnr = firstTxnr;
		let wire: Wire | undefined;
		let refused: SinkError | undefined;
		let wake: (() => void) | undefined;
		const answer = ({ txnr: number, command, data }: RelpFrame): void => {
			const answered = pending.get(number);
			if (command === "serverclose" && number === 0) {
				refused = faults.fault("closed_by_receiver", { said: "serverclose" });
			} else if (command !== "rsp" || answered === undefined) {
				const said = `${command} to transaction ${number}, which is not under way`;
				refused = faults.fault("protocol_error", { said });
			} else {
				pending.delete(number);
				answered(Buffer.from(data).toString());
			}
			wake?.();
		};
		const read = relpReader(MAX_ANSWER_BYTES, answer);
		wire = await dial(signal, (bytes) => {
			if (refused !== undefined) return;
			try {
				read(bytes);
			} catch (error) {
				const said = error instanceof Error ? error.message : String(error);
				refused = faults.fault("protocol_error", { said, cause: error });
			}
			if (refused !== undefined) wire?.destroy(refused);
		});
		void wire.gone.then(() => wake?.());
		const session: Live = {
			wire,
			ask(command, data, answered) {
				const number = txnr;
				txnr = number === MAX_TXNR ? 1 : number + 1;
				pending.set(number, answered);
				return relpFrame(number, command, data);
			},
			news: async () =>
				new Promise((resolve) => {
					wake = resolve;
					if (refused !== undefined || wire?.lost() !== undefined) resolve();
				}),
		};
		try {
			const offers = await asked(session, "open", OFFERS, signal);
			const commands = /^commands=(.*)$/mu.exec(offers)?.[1]?.split(",") ?? [];
			if (!offers.startsWith("200") || !commands.includes("syslog")) {
				throw faults.fault("relp_unsupported", { said: offers });
			}
		} catch (error) {
			wire.destroy();
			throw error;
		}
		return session;
	}

	/** One command and its answer. */
	async function asked(
		session: Live,
		command: string,
		data: Uint8Array | undefined,
		signal: AbortSignal,
	): Promise<string> {
		const { wire } = session;
		const answer = new Promise<string>((resolve, reject) => {
			const frame = session.ask(command, data, resolve);
			wire.write(frame, signal).catch(reject);
		});
		const gone = wire.gone.then((error) => {
			throw error;
		});
		return patient(Promise.race([answer, gone]), signal);
	}

	async function patient<T>(news: Promise<T>, signal: AbortSignal): Promise<T> {
		return within(news, timeoutMs, signal, (why) =>
			faults.fault(why === "aborted" ? "aborted" : "ack_timeout"),
		);
	}

	async function connected(signal: AbortSignal): Promise<Live> {
		if (live !== undefined && live.wire.lost() === undefined) return live;
		live = undefined;
		live = await opened(signal);
		return live;
	}

	/** Resolves when each message is acknowledged; `waiting` holds those that are not. */
	async function deliver(
		messages: readonly Uint8Array[],
		waiting: Set<number>,
		signal: AbortSignal,
	): Promise<void> {
		const session = await connected(signal);
		let next = 0;
		let underWay = 0;
		let refusal: SinkError | undefined;
		while (waiting.size > 0) {
			if (refusal !== undefined) throw refusal;
			const frames: Uint8Array[] = [];
			for (; next < messages.length && underWay < window; next += 1) {
				const index = next;
				underWay += 1;
				frames.push(
					session.ask("syslog", messages[index], (text) => {
						underWay -= 1;
						if (/^200(?: |\n|$)/u.test(text)) waiting.delete(index);
						else refusal = faults.fault("relp_refused", { said: text });
					}),
				);
			}
			// Asked for before anything is sent: an answer may be quicker than the write's own end.
			const news = session.news();
			if (frames.length > 0) await session.wire.write(Buffer.concat(frames), signal);
			if (waiting.size === 0) return;
			await patient(news, signal);
			const lost = session.wire.lost();
			if (lost !== undefined && waiting.size > 0) throw refusal ?? lost.error;
		}
	}

	return {
		async renew(signal) {
			live?.wire.destroy();
			await connected(signal);
		},
		async send(messages, signal) {
			const waiting = new Set(messages.keys());
			try {
				await deliver(messages, waiting, signal);
				return undefined;
			} catch (error) {
				live?.wire.destroy();
				// Acknowledged is acknowledged, whatever became of the connection after it.
				if (waiting.size === 0) return undefined;
				return { indexes: [...waiting], error: faults.classified(error) };
			}
		},
		async close(signal) {
			const closing = live;
			live = undefined;
			if (closing === undefined || closing.wire.lost() !== undefined) return;
			// Every message is acknowledged by now: a receiver that does not say goodbye has them all.
			await asked(closing, "close", undefined, signal).catch(() => undefined);
			closing.wire.destroy();
		},
	};
}
