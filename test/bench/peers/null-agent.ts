import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Takes what dd-trace sends, and throws it away. */
export interface NullAgent {
	readonly url: string;
	/** Traces received so far, as their senders count them. */
	traces(): number;
	close(): Promise<void>;
}

/** Starts an agent of this machine that answers everything with an empty object. */
export async function nullAgent(): Promise<NullAgent> {
	let traces = 0;
	const server = createServer((request, response) => {
		traces += Number(request.headers["x-datadog-trace-count"] ?? 0);
		request.resume().on("end", () => response.end("{}"));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		traces: () => traces,
		close: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => resolve());
			}),
	};
}
