import type { Socket } from "node:net";
import type { TlsOptions } from "node:tls";
import { socketServer } from "../../syslog/testing/socket-server.ts";
import { waitForIds } from "../../syslog/testing/syslog-server.ts";

/** How a RELP receiver behaves. */
interface RelpBehaviour {
	/** Answers the n-th syslog message so; `undefined` as it should, null not at all. */
	readonly answer?: (txnr: number, message: string) => string | null | undefined;
	/** Answers `open` so. */
	readonly offers?: string;
	/** Takes connections and answers nothing. */
	readonly silent?: boolean;
	/** Keeps answers back until so many are due, and for a moment more, in which nothing else may come. */
	readonly answersAtOnce?: number;
	/** The transaction number that a session begins with. @default 1 */
	readonly firstTxnr?: number;
}

/** A RELP receiver that trusts nothing: transactions must go up one by one, from 1. */
export interface RelpServer {
	readonly port: number;
	readonly messages: string[];
	/** Commands with their transaction numbers, for each connection. */
	readonly sessions: (readonly [txnr: number, command: string])[][];
	/** Most messages that were ever under way without an answer. */
	readonly mostUnderWay: () => number;
	readonly ids: () => Promise<readonly string[]>;
	readonly behave: (behaviour: RelpBehaviour) => void;
	/** Resets every connection once it has so many bytes more. */
	readonly cutAfter: (bytes: number) => void;
	/** Says `serverclose` on every connection, and hangs up. */
	readonly serverClose: () => void;
	readonly listening: () => boolean;
	readonly down: () => Promise<void>;
	readonly up: () => Promise<void>;
}

const OFFERS = "200 OK\nrelp_version=0\nrelp_software=test\ncommands=syslog";

/** Starts one on 127.0.0.1. */
export async function relpServer(tls?: TlsOptions): Promise<RelpServer> {
	const sockets = new Set<Socket>();
	const messages: string[] = [];
	const sessions: (readonly [number, string])[][] = [];
	let behaviour: RelpBehaviour = {};
	let most = 0;
	let cutAfter: number | undefined;

	const taken = (socket: Socket): void => {
		socket.on("error", () => undefined);
		const session: (readonly [number, string])[] = [];
		sessions.push(session);
		let rest: Buffer = Buffer.alloc(0);
		let underWay = 0;
		let next = behaviour.firstTxnr ?? 1;
		let kept: string[] = [];
		const flush = (): void => {
			underWay -= kept.length;
			socket.write(kept.join(""));
			kept = [];
		};
		const say = (txnr: number, text: string): void => {
			kept.push(`${txnr} rsp ${Buffer.byteLength(text)}${text === "" ? "" : ` ${text}`}\n`);
			const due = behaviour.answersAtOnce;
			if (due === undefined) flush();
			else if (kept.length === due) setTimeout(flush, 20);
		};
		const take = (txnr: number, command: string, data: string): void => {
			session.push([txnr, command]);
			if (txnr !== next) {
				socket.end("0 serverclose 0\n");
				return;
			}
			next = next === 999_999_999 ? 1 : next + 1;
			if (behaviour.silent === true) return;
			if (command === "open") {
				socket.write(answerTo(txnr, behaviour.offers ?? OFFERS));
			} else if (command === "close") {
				socket.end(`${answerTo(txnr, "200 OK")}0 serverclose 0\n`);
			} else {
				underWay += 1;
				most = Math.max(most, underWay);
				const answer = behaviour.answer?.(txnr, data);
				if (answer !== null && (answer === undefined || answer.startsWith("200"))) {
					messages.push(data);
				}
				if (answer?.startsWith("raw:") === true) socket.write(answer.slice(4));
				else if (answer !== null) say(txnr, answer ?? "200 OK");
			}
		};
		socket.on("data", (whole: Buffer) => {
			const bytes = whole.subarray(0, cutAfter);
			rest = Buffer.concat([rest, bytes]);
			for (;;) {
				const found = /^(\d+) ([a-z]+) (\d+)([ \n])/u.exec(rest.toString("latin1"));
				if (found === null) break;
				const [header, txnr, command = "", length, after] = found;
				const end = header.length + (after === " " ? Number(length) + 1 : 0);
				if (rest.byteLength < end) break;
				if (rest[end - 1] !== 0x0a) throw new Error("the frame does not end where it says");
				take(
					Number(txnr),
					command,
					rest.subarray(header.length, Math.max(header.length, end - 1)).toString(),
				);
				rest = rest.subarray(end);
			}
			if (cutAfter === undefined) return;
			cutAfter -= bytes.byteLength;
			if (cutAfter > 0) return;
			cutAfter = undefined;
			socket.resetAndDestroy();
		});
	};
	const server = await socketServer(taken, sockets, tls);
	return {
		...server,
		messages,
		sessions,
		mostUnderWay: () => most,
		ids: async () => waitForIds(messages, 0),
		behave: (next) => {
			behaviour = next;
		},
		cutAfter: (bytes) => {
			cutAfter = bytes;
		},
		serverClose: () => {
			for (const socket of sockets) socket.end("0 serverclose 0\n");
		},
	};
}

const answerTo = (txnr: number, text: string): string =>
	`${txnr} rsp ${Buffer.byteLength(text)} ${text}\n`;
