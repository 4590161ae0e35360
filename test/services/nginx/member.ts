// One of several alike servers behind nginx: no session, a trail of its own, and a tool that asks twice.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { fileTrail, openAudit } from "@mcp-trail/audit";
import { instrumentation } from "@mcp-trail/mcp";
import { httpEdge } from "@mcp-trail/mcp/http";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, inputRequired, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

const [port, dir, extension] = process.argv.slice(2);
const audit = openAudit({
	service: "member",
	trail: fileTrail({ dir: dir ?? "" }),
	onError: (error) => console.error(error),
});
await audit.ready;
const trustedProxies = ["127.0.0.0/8"];
const trail = instrumentation({ audit, extension: extension === "extension", trustedProxies });

const ask = () =>
	inputRequired.elicit({ message: "Sure?", requestedSchema: { type: "object", properties: {} } });

/** Each round's number is in the state that the client carries, and nowhere else. */
function build(): McpServer {
	const server = trail.server(new McpServer({ name: "desk", version: "1.0.0" }));
	server.registerTool("book", { inputSchema: z.object({ what: z.string() }) }, (_args, context) => {
		const round = Number(context.mcpReq.requestState() ?? 0);
		return round === 2
			? { content: [{ type: "text", text: "booked" }] }
			: inputRequired({ inputRequests: { ok: ask() }, requestState: String(round + 1) });
	});
	return server;
}

const handler = trail.handler(createMcpHandler(build));
const handle = toNodeHandler(handler);
const edge = httpEdge({ audit, trustedProxies });
const listener = (request: IncomingMessage, response: ServerResponse): void => {
	const { method = "GET", url = "/" } = request;
	void handle(Object.assign(request, { method, url }), response);
};
const http = createServer(edge.listener(listener));
http.listen(Number(port), "127.0.0.1", () => process.stdout.write("listening\n"));
process.once("SIGTERM", () => {
	http.close();
	http.closeAllConnections();
	void handler
		.close()
		.then(() => audit.close())
		.then(() => process.exit(0));
});
