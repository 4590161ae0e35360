import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** A server under test, apart from the socket it listens on. */
export interface Program {
	readonly handle: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
	/** The switch's, around everything. */
	readonly listener: (
		listener: (req: IncomingMessage, res: ServerResponse) => void,
	) => (req: IncomingMessage, res: ServerResponse) => void;
	readonly close: () => Promise<void>;
}

const localNames = new Set(["localhost", "127.0.0.1", "[::1]"]);

const hostname = (url: string): string | undefined => {
	try {
		return new URL(url).hostname;
	} catch {
		return undefined;
	}
};

/** Tells whether Host and Origin name this machine, so that a rebound DNS name gets nothing. */
function isLocal({ headers }: IncomingMessage): boolean {
	const host = hostname(`http://${headers.host ?? ""}`);
	const origin = headers.origin === undefined ? host : hostname(headers.origin);
	return host !== undefined && localNames.has(host) && localNames.has(origin ?? "");
}

/** Answers with a JSON-RPC error that belongs to no request. */
export function refuse(res: ServerResponse, status: number, code: number, message: string): void {
	res.writeHead(status, { "content-type": "application/json" });
	res.end(JSON.stringify({ jsonrpc: "2.0", id: null, error: { code, message } }));
}

/** Serves the program on a free local port, tells the address on stdout, and ends on SIGTERM. */
export function serve(program: Program): void {
	const listener = program.listener((req, res) => {
		if (!isLocal(req)) return refuse(res, 403, -32000, "Forbidden: not a local name");
		program.handle(req, res).catch((error: unknown) => {
			console.error(error);
			if (!res.headersSent) refuse(res, 500, -32603, "Internal error");
		});
	});
	const http = createServer(listener);
	http.listen(0, "127.0.0.1", () => {
		const address = http.address();
		const port = typeof address === "object" ? address?.port : undefined;
		process.stdout.write(`listening on http://127.0.0.1:${port}/mcp\n`);
	});
	process.once("SIGTERM", () => {
		// Answers that are still open end with their connections: what records them is closed after them.
		http.close(() => {
			program.close().catch((error: unknown) => {
				console.error(error);
				process.exitCode = 1;
			});
		});
		http.closeAllConnections();
	});
}
