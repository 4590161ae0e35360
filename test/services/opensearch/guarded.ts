import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** A gate before a node that has no passwords of its own. */
export interface Guarded {
	readonly url: string;
	close(): Promise<void>;
}

/** Lets only requests through that carry this `Authorization`; others get 401, as a proxy with passwords answers. */
export async function guarded(upstream: string, authorization: string): Promise<Guarded> {
	const server = createServer((incoming, outgoing) => {
		if (incoming.headers.authorization !== authorization) {
			incoming.resume();
			outgoing.writeHead(401, { "www-authenticate": "Basic" }).end("Unauthorized");
			return;
		}
		const { authorization: _, ...headers } = incoming.headers;
		const { method } = incoming;
		const onward = request(
			new URL(incoming.url ?? "/", upstream),
			{ ...(method === undefined ? {} : { method }), headers },
			(answer) => {
				outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
				answer.pipe(outgoing);
			},
		);
		onward.once("error", () => outgoing.destroy());
		incoming.pipe(onward);
	});
	await new Promise<void>((resolve) => {
		server.listen(0, "127.0.0.1", resolve);
	});
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
