import type { IncomingMessage, ServerResponse } from "node:http";
import { refuse } from "./http.ts";

/** What both generations' stateful HTTP transports have in common. */
interface SessionTransport {
	readonly sessionId?: string | undefined;
	handleRequest(req: IncomingMessage, res: ServerResponse, body?: unknown): Promise<void>;
	close(): Promise<void>;
}

/** Routes requests to one transport per `Mcp-Session-Id`; a request without one opens a session. */
export function sessions<T extends SessionTransport>(
	open: (opened: (id: string, transport: T) => void) => Promise<T>,
) {
	const live = new Map<string, T>();

	return {
		async handle(req: IncomingMessage, res: ServerResponse, body?: unknown): Promise<void> {
			const id = req.headers["mcp-session-id"];
			if (typeof id === "string") {
				const known = live.get(id);
				if (known === undefined) return refuse(res, 404, -32001, "Session not found");
				if (req.method === "DELETE") live.delete(id);
				return known.handleRequest(req, res, body);
			}
			const transport = await open((opened, self) => live.set(opened, self));
			await transport.handleRequest(req, res, body);
			if (transport.sessionId === undefined) await transport.close();
		},
		async close(): Promise<void> {
			await Promise.all(Array.from(live.values(), (transport) => transport.close()));
			live.clear();
		},
	};
}
