// Says what CPU its process has used at its first line, and when its first call is answered.
import { Client } from "@modelcontextprotocol/client";

import { InMemoryTransport, McpServer } from "@modelcontextprotocol/server";

const usedUs = () => process.cpuUsage().user + process.cpuUsage().system;
const firstLineUs = usedUs();
const server = new McpServer({ name: "startup", version: "1.0.0" });
server.registerTool("hello", { description: "Greets" }, () => ({ content: [] }));
const client = new Client({ name: "startup", version: "1.0.0" });
const [here, there] = InMemoryTransport.createLinkedPair();
await Promise.all([server.connect(there), client.connect(here)]);
await client.callTool({ name: "hello" });
process.stdout.write(JSON.stringify({ firstLineUs, answeredUs: usedUs() }), () => process.exit());
