// A client that answers a server's questions itself: all is set up before it connects.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createMcpHandler, inputRequired, McpServer } from "@modelcontextprotocol/server";

const handler = createMcpHandler(() => {
	const server = new McpServer({ name: "desk", version: "1.0.0" });
	server.registerTool("badge", {}, (context) =>
		context.mcpReq.inputResponses === undefined
			? inputRequired({ inputRequests: { where: inputRequired.listRoots() } })
			: { content: [] },
	);
	return server;
});
const client = new Client(
	{ name: "probe", version: "2.0.0" },
	{ capabilities: { roots: {} }, versionNegotiation: { mode: { pin: "2026-07-28" } } },
);
client.setRequestHandler("roots/list", () => ({ roots: [{ uri: "file:///home/ada" }] }));
const fetch = (url, init) => handler.fetch(new Request(url, init));
await client.connect(new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), { fetch }));
await client.callTool({ name: "badge" });
await client.close();
