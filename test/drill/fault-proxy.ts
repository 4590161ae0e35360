import { once } from "node:events";
import {
	createServer,
	type IncomingMessage,
	request,
	type ServerResponse,
	STATUS_CODES,
} from "node:http";
import { buffer } from "node:stream/consumers";
import type { DrillAnswer, DrillTarget } from "./drill-target.ts";
import type { FaultName } from "./faults.ts";

/** Stands in front of a destination and makes its faults. */
export interface FaultProxy {
	readonly url: string;
	/** Begins a fault once what was under way is answered. */
	begin(fault: FaultName): Promise<void>;
	/** Passes everything on again. */
	end(): Promise<void>;
	close(): Promise<void>;
}

interface Answer {
	readonly status: number;
	readonly headers: IncomingMessage["rawHeaders"];
	readonly body: Buffer;
}

const BUSY: DrillAnswer = { status: 429, headers: { "retry-after": "1" }, body: "busy" };
const UNAUTHORIZED: DrillAnswer = { status: 401, body: "who are you?" };
const HOP = new Set(["connection", "keep-alive", "transfer-encoding"]);

/** Starts the proxy; `timeoutMs` is how long the sink waits for an answer. */
export async function faultProxy(
	to: string,
	target: Pick<DrillTarget, "busy" | "unauthorized">,
	timeoutMs: number,
): Promise<FaultProxy> {
	let fault: FaultName | undefined;
	let met = 0;
	const underWay = new Set<Promise<void>>();

	async function handle(asked: IncomingMessage, reply: ServerResponse): Promise<void> {
		const now = fault;
		const body = await buffer(asked);
		const nth = now === undefined ? 0 : ++met;
		if (now === undefined || (now === "half_accepted" && nth % 2 === 0)) {
			pass(await forwarded(to, asked, body), reply);
		} else if (now === "down") {
			asked.socket.destroy();
		} else if (now === "busy" || now === "unauthorized" || now === "half_accepted") {
			const said =
				now === "unauthorized" ? (target.unauthorized ?? UNAUTHORIZED) : (target.busy ?? BUSY);
			reply.writeHead(said.status, said.headers).end(said.body);
		} else {
			const answer = await forwarded(to, asked, body);
			if (now === "slow") {
				setTimeout(() => pass(answer, reply), timeoutMs * (nth % 2 === 1 ? 2 : 0.1));
			} else if (now === "lost_answer") {
				asked.socket.destroy();
			} else {
				asked.socket.write(half(answer), () => asked.socket.destroy());
			}
		}
	}

	const server = createServer((asked, reply) => {
		const work = handle(asked, reply).catch(() => void asked.socket.destroy());
		underWay.add(work);
		void work.finally(() => underWay.delete(work));
	});
	const listen = async (port: number): Promise<number> => {
		server.listen(port, "127.0.0.1");
		await once(server, "listening");
		const address = server.address();
		return typeof address === "object" && address !== null ? address.port : 0;
	};
	const stop = async (): Promise<void> => {
		if (!server.listening) return;
		const closed = once(server, "close");
		server.close();
		server.closeAllConnections();
		await closed;
	};
	const port = await listen(0);
	return {
		url: `http://127.0.0.1:${port}`,
		begin: async (next) => {
			const before = [...underWay];
			fault = next;
			await Promise.all(before);
			if (next === "down") await stop();
		},
		end: async () => {
			fault = undefined;
			if (!server.listening) await listen(port);
		},
		close: stop,
	};
}

async function forwarded(to: string, asked: IncomingMessage, body: Buffer): Promise<Answer> {
	const url = new URL(asked.url ?? "/", to);
	const { method = "POST", headers } = asked;
	const sent = request(url, { method, headers, agent: false });
	sent.end(body);
	const [answer]: IncomingMessage[] = await once(sent, "response");
	if (answer === undefined) throw new Error("no answer");
	const said = await buffer(answer);
	return { status: answer.statusCode ?? 0, headers: answer.rawHeaders, body: said };
}

function pass({ status, headers, body }: Answer, reply: ServerResponse): void {
	reply.statusCode = status;
	for (let at = 0; at < headers.length; at += 2) {
		const [name = "", value = ""] = headers.slice(at, at + 2);
		if (!HOP.has(name.toLowerCase())) reply.appendHeader(name, value);
	}
	reply.end(body);
}

/** The beginning of an answer, so that whoever reads it must notice that the rest is missing. */
function half({ status, body }: Answer): Buffer {
	const start = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n`;
	// An answer without a body is whole once its head is.
	if (body.length < 2) return Buffer.from(`${start}Content-Le`);
	const head = Buffer.from(`${start}Content-Length: ${body.length}\r\n\r\n`);
	return Buffer.concat([head, body.subarray(0, body.length / 2)]);
}
