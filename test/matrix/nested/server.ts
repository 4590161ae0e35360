// A stdio server whose one tool asks its client for a sample: the server end of nested.ts.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { trace } from "@opentelemetry/api";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport as TransportV1 } from "@modelcontextprotocol/sdk/server/stdio.js";
import { McpServer as McpServerV2 } from "@modelcontextprotocol/server";
import { StdioServerTransport as TransportV2 } from "@modelcontextprotocol/server/stdio";
import { recorder, registerSpans } from "../recording.ts";

const [sdk, folder = "", tracing] = process.argv.slice(2);
const spans = tracing === "spans" ? registerSpans() : undefined;
const { seen, finish } = recorder("server");
const info = { name: "nested", version: "1.0.0" };

const question = {
	messages: [{ role: "user" as const, content: { type: "text" as const, text: "Which paper?" } }],
	maxTokens: 8,
};

/** Does the tool's work in a span of its own, as a host would. */
async function ask(sample: () => Promise<unknown>) {
	await trace.getTracer("host").startActiveSpan("choose paper", async (span) => {
		await sample();
		span.end();
	});
	return { content: [{ type: "text" as const, text: "asked" }] };
}

let close: () => Promise<void>;
if (sdk === "v1") {
	const server = seen.server(new McpServerV1(info));
	server.registerTool("ask", {}, () => ask(() => server.server.createMessage(question)));
	await server.connect(new TransportV1());
	close = () => server.close();
} else {
	const server = seen.server(new McpServerV2(info));
	server.registerTool("ask", {}, () => ask(() => server.server.createMessage(question)));
	await server.connect(new TransportV2());
	close = () => server.close();
}

// Its client follows with SIGTERM after 2 s; a busy machine may need longer to write, and SIGKILL is 2 s away.
process.on("SIGTERM", () => undefined);
process.stdin.once("end", () => {
	void (async () => {
		await close();
		const recording = { ...(await finish()), spans: spans?.take() ?? [] };
		writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(recording));
		process.exit(0);
	})();
});
