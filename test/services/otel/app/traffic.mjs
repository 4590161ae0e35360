// Calls over both SDK generations of MCP, and says what spans and metrics came of them. Argument: the line of the SDK.
import { memoryTrail, openAudit } from "@mcp-trail/audit";
import { instrumentation } from "@mcp-trail/mcp";
import * as v2 from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer as McpServerV2 } from "@modelcontextprotocol/server";
import { context, propagation, trace } from "@opentelemetry/api";

const telemetry = await import(`./telemetry-${process.argv[2]}.mjs`);
// Instrumented before the SDK starts, as may be.
const audit = openAudit({ service: "lines", trail: memoryTrail() });
const hooked = [];
const seen = instrumentation({
	audit,
	captureMessageContent: true,
	propagateBaggage: ["tenant"],
	requestHook: (span, { method }) => hooked.push(span.isRecording() && method),
});
const { spans, collect } = telemetry.start();

const text = (value) => [{ type: "text", text: value }];
const info = { name: "lines", version: "1.0.0" };

async function traffic(Server, Peer, Transport) {
	const server = seen.server(new Server(info));
	server.registerTool("add", {}, () => {
		const baggage = propagation.getActiveBaggage()?.getEntry("tenant")?.value;
		trace.getTracer("app").startSpan("inside", { attributes: { baggage } }).end();
		return { content: text("added") };
	});
	server.registerTool("fail", {}, () => ({ isError: true, content: text("no") }));
	server.registerPrompt("greet", {}, () => ({
		messages: [{ role: "user", content: { type: "text", text: "hello" } }],
	}));
	server.registerResource("page", "file:///page", {}, () => ({
		contents: [{ uri: "file:///page", text: "page" }],
	}));
	const client = seen.client(new Peer(info));
	const [near, far] = Transport.createLinkedPair();
	await Promise.all([server.connect(far), client.connect(near)]);
	const baggage = propagation.createBaggage({
		tenant: { value: "acme" },
		user: { value: "secret" },
	});
	await context.with(propagation.setBaggage(context.active(), baggage), () =>
		client.callTool({ name: "add", arguments: {} }),
	);
	await client.callTool({ name: "fail", arguments: {} });
	await client.getPrompt({ name: "greet" });
	await client.readResource({ uri: "file:///page?token=secret" }).catch(() => undefined);
	await client.callTool({ name: "nobody", arguments: {} }).catch(() => undefined);
	await client.close();
}

await traffic(McpServer, Client, InMemoryTransport);
await traffic(McpServerV2, v2.Client, v2.InMemoryTransport);
await new Promise((resolve) => setTimeout(resolve, 50));
const measured = await collect();
await audit.close();

console.log(
	JSON.stringify({
		node: process.version,
		hooked,
		spans: spans().map((span) => ({
			name: span.name,
			kind: span.kind,
			...span.spanContext(),
			parentSpanId: span.parentSpanContext?.spanId,
			status: span.status,
			attributes: span.attributes,
		})),
		metrics: measured.map(({ descriptor: { name, unit }, dataPoints }) => ({
			name,
			unit,
			points: dataPoints.map(({ attributes, value }) => ({
				attributes,
				count: value.count ?? value,
				boundaries: value.buckets?.boundaries,
			})),
		})),
	}),
);
