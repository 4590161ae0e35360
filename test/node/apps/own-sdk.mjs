// An application that starts an OpenTelemetry SDK of its own, and says on standard error what spans it got.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const exporter = new InMemorySpanExporter();
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();

const server = new McpServer({ name: "own-sdk", version: "1.0.0" });
server.registerTool("hello", { description: "Greets" }, async () => ({
	content: [{ type: "text", text: "hello" }],
}));
const client = new Client({ name: "own-sdk-client", version: "1.0.0" });
const [here, there] = InMemoryTransport.createLinkedPair();
await Promise.all([server.connect(here), client.connect(there)]);
await client.callTool({ name: "hello" });
await client.close();
const names = exporter.getFinishedSpans().map((span) => span.name);
process.stderr.write(names.filter((name) => name.includes("hello")).join("\n"));
