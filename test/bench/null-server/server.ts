import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** One request as it came. */
export interface Body {
	readonly headers: Readonly<Record<string, string>>;
	readonly bytes: Buffer;
}

/** A server that says yes to every event, and keeps what it was sent where it is asked to. */
export interface NullServer {
	readonly url: string;
	readonly bodies: Body[];
	close(): void;
}

/** Starts one on a free port of 127.0.0.1. */
export async function nullServer(keep: boolean): Promise<NullServer> {
	const bodies: Body[] = [];
	let acknowledged = 0;
	const server = createServer((incoming, answer) => {
		const chunks: Buffer[] = [];
		incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
		incoming.on("end", () => {
			const path = incoming.url ?? "";
			const bytes = Buffer.concat(chunks);
			answer.setHeader("content-type", "application/json");
			if (path.includes("/ack")) {
				const { acks }: { acks: number[] } = JSON.parse(plain(bytes).toString());
				answer.end(JSON.stringify({ acks: Object.fromEntries(acks.map((ack) => [ack, true])) }));
			} else if (path.includes("/collector")) {
				answer.end(`{"text":"Success","code":0,"ackId":${acknowledged++}}`);
			} else {
				if (keep) {
					const { "content-type": type = "", "content-encoding": encoding } = incoming.headers;
					const encoded = encoding === undefined ? {} : { "content-encoding": encoding };
					bodies.push({ headers: { "content-type": type, ...encoded }, bytes });
				}
				const ids = [
					...plain(bytes)
						.toString()
						.matchAll(/^\{"create":.*"_id":"([^"]+)"\}\}$/gmu),
				];
				const items = ids.map(([, _id]) => ({ create: { _id, status: 201 } }));
				answer.end(JSON.stringify({ errors: false, items }));
			}
		});
	});
	await new Promise<void>((resolve) => {
		server.listen(0, "127.0.0.1", resolve);
	});
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		bodies,
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
}

/** What stands in a body, compressed or not. */
const plain = (bytes: Buffer): Buffer => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes);
