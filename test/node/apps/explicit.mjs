// An application that has both ends in it, and instruments its server itself.
import { instrumentServer } from "@mcp-trail/mcp";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";

const server = instrumentServer(new McpServer({ name: "explicit", version: "1.0.0" }));
server.registerTool("hello", { description: "Greets" }, async () => ({
	content: [{ type: "text", text: "hello" }],
}));
const client = new Client({ name: "explicit-client", version: "1.0.0" });
const [here, there] = InMemoryTransport.createLinkedPair();
await Promise.all([server.connect(here), client.connect(there)]);
await client.callTool({ name: "hello" });
await client.close();
