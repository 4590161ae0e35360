/** The demo's own server: Streamable HTTP, both protocol eras, instrumented by one line; a process of its own. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { fileTrail, openAudit } from "@mcp-trail/audit";
import { instrumentation } from "@mcp-trail/mcp";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { startTelemetry } from "./telemetry.ts";

const [dir = "trail"] = process.argv.slice(2);
const telemetry = startTelemetry("tickets", (span) => process.send?.({ span }));
const audit = openAudit({
	service: "tickets",
	trail: fileTrail({ dir }),
	onError: (error) => console.error(`tickets: ${error.message}`),
});
const trail = instrumentation({ audit });

function tickets(): McpServer {
	// Instrumented before its tools are registered: so the trail also knows whether a tool was entered.
	const server = trail.server(new McpServer({ name: "tickets", version: "2.3.1" }));
	const title = z.object({ title: z.string(), priority: z.enum(["low", "high"]).optional() });
	server.registerTool(
		"create_ticket",
		{ description: "Opens a ticket", inputSchema: title, annotations: { destructiveHint: false } },
		() => ({ content: [{ type: "text", text: "opened ticket 4711" }] }),
	);
	server.registerTool(
		"close_ticket",
		{ description: "Closes a ticket", inputSchema: z.object({ number: z.number() }) },
		({ number }) => {
			throw new Error(`ticket ${number} is locked by another user`);
		},
	);
	return server;
}

/** Stands for the identity provider of a real deployment: whoever has the demo's token is Alice. */
function authenticate(request: IncomingMessage): void {
	if (request.headers.authorization !== "Bearer demo-token") return;
	Object.assign(request, {
		auth: {
			token: "demo-token",
			clientId: "desk",
			scopes: ["tickets:write"],
			extra: { iss: "https://idp.example.com", sub: "alice" },
		},
	});
}

const handler = toNodeHandler(createMcpHandler(tickets));
const http = createServer((request, response) => {
	authenticate(request);
	void handler(request as never, response);
});
http.listen(0, "127.0.0.1", () => process.send?.({ port: (http.address() as AddressInfo).port }));

process.once("message", () => {
	http.close();
	http.closeAllConnections();
	void audit
		.close()
		.then(() => telemetry.shutdown())
		.then(() => process.disconnect());
});
