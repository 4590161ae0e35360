import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	Client as ClientV2,
	StreamableHTTPClientTransport as HttpV2,
} from "@modelcontextprotocol/client";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as HttpV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
	McpServer as McpServerV1,
	ResourceTemplate,
} from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import {
	createMcpHandler,
	McpServer as McpServerV2,
	ResourceTemplate as TemplateV2,
} from "@modelcontextprotocol/server";
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { fileTrail, openAudit, type Sink } from "@mcp-trail/audit";
import { instrumentation } from "@mcp-trail/mcp";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";

/** Each place has a canary of its own, so that a leak names where it came from. */
const canary = (place: string): string => `canary${place}7f3a9c`;
const PLACES = [
	"argkey",
	"argvalue",
	"result",
	"structured",
	"error",
	"bearer",
	"cookie",
	"session",
	"token",
	"claim",
	"elicited",
	"question",
	"user",
	"password",
	"query",
	"fragment",
	"reason",
] as const;
const URI = `https://${canary("user")}:${canary("password")}@files.example.com/reports/q3.txt?key=${canary("query")}#${canary("fragment")}`;
const HEADERS = { authorization: `Bearer ${canary("bearer")}`, cookie: `id=${canary("cookie")}` };

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const written: string[] = [];
const folder = mkdtempSync(join(tmpdir(), "mcp-trail-canary-"));
const errors: Error[] = [];
let stdoutBytes = 0;

/** A destination that refuses everything for good, so that every event also lands in the dead letters. */
const refusing: Sink = {
	name: "refusing",
	delivery: "at_least_once",
	ordered: true,
	write: () =>
		Promise.reject(
			Object.assign(new Error("never"), { code: "refused_for_good", verdict: "reject" }),
		),
};

const listen = async (
	listener: Parameters<typeof createServer>[1],
): Promise<{ http: HttpServer; url: URL }> => {
	const http = createServer(listener);
	await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
	return { http, url: new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`) };
};

/** What a real verifier puts on the request; the raw token is in it, as both SDKs hand it on. */
const auth = {
	token: canary("token"),
	clientId: "desk",
	scopes: ["tickets:write"],
	extra: { iss: "https://idp.example.com", sub: "alice", secret_claim: canary("claim") },
};

const tool = { description: "Works", inputSchema: { note: z.string().optional() } };

async function overV1(trail: ReturnType<typeof instrumentation>): Promise<void> {
	const server = trail.server(new McpServerV1({ name: "files", version: "1.0.0" }));
	server.registerTool("work", tool, () => ({
		content: [{ type: "text", text: canary("result") }],
		structuredContent: { [canary("structured")]: 1 },
	}));
	server.registerTool("fail", tool, () => {
		throw new Error(canary("error"));
	});
	server.registerTool("ask", tool, async () => {
		const answer = await server.server.elicitInput({
			message: canary("question"),
			requestedSchema: { type: "object", properties: { name: { type: "string" } } },
		});
		return { content: [{ type: "text", text: answer.action }] };
	});
	server.registerResource(
		"file",
		new ResourceTemplate("https://{+rest}", { list: undefined }),
		{},
		() => ({
			contents: [{ uri: URI, text: canary("result") }],
		}),
	);
	const transport = new StreamableHTTPServerTransport({
		sessionIdGenerator: () => `${canary("session")}-${randomUUID()}`,
	});
	await server.connect(transport);
	const { http, url } = await listen((request, response) => {
		void transport.handleRequest(Object.assign(request, { auth }), response);
	});
	const client = trail.client(
		new ClientV1({ name: "desk", version: "1" }, { capabilities: { elicitation: {} } }),
	);
	client.setRequestHandler(ElicitRequestSchema, () => ({
		action: "accept",
		content: { name: canary("elicited") },
	}));
	await client.connect(new HttpV1(url, { requestInit: { headers: HEADERS } }));
	await calls(client);
	await client.callTool({ name: "ask" });
	const cancel = new AbortController();
	cancel.abort(canary("reason"));
	await client
		.callTool({ name: "work" }, undefined, { signal: cancel.signal })
		.catch(() => undefined);
	await client.close();
	http.close();
	http.closeAllConnections();
	await server.close();
}

/** A fresh server for each request, its tools registered before it is instrumented. */
function buildV2(): McpServerV2 {
	const server = new McpServerV2({ name: "files", version: "2.0.0" });
	const toolV2 = { description: "Works", inputSchema: z.object(tool.inputSchema) };
	server.registerTool("work", toolV2, () => ({
		content: [{ type: "text", text: canary("result") }],
	}));
	server.registerTool("fail", toolV2, () => {
		throw new Error(canary("error"));
	});
	server.registerResource(
		"file",
		new TemplateV2("https://{+rest}", { list: undefined }),
		{},
		() => ({
			contents: [{ uri: URI, text: canary("result") }],
		}),
	);
	return server;
}

async function overV2(trail: ReturnType<typeof instrumentation>): Promise<void> {
	const handler = toNodeHandler(createMcpHandler(() => trail.server(buildV2())));
	const { http, url } = await listen((request, response) => {
		void handler(Object.assign(request, { auth }) as never, response);
	});
	const client = trail.client(
		new ClientV2(
			{ name: "desk", version: "1" },
			{ versionNegotiation: { mode: { pin: "2026-07-28" } } },
		),
	);
	await client.connect(new HttpV2(url, { requestInit: { headers: HEADERS } }));
	await calls(client);
	await client.close();
	http.close();
	http.closeAllConnections();
}

interface Caller {
	callTool(call: { name: string; arguments?: Record<string, unknown> }): Promise<unknown>;
	readResource(call: { uri: string }): Promise<unknown>;
	listTools(): Promise<unknown>;
}

async function calls(client: Caller): Promise<void> {
	await client.listTools();
	const secret = { note: canary("argvalue"), [canary("argkey")]: canary("argvalue") };
	await client.callTool({ name: "work", arguments: secret });
	await client.callTool({ name: "fail", arguments: secret }).catch(() => undefined);
	await client.callTool({ name: "nobody", arguments: secret }).catch(() => undefined);
	await client
		.callTool({ name: "work", arguments: { note: { [canary("argkey")]: 1 } } })
		.catch(() => undefined);
	await client.readResource({ uri: URI }).catch(() => undefined);
}

/** Every byte below the folder: segments, dead letters, cursors, owners. */
function everyFile(): string {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
		.join("\n");
}

describe("a canary in everything private", () => {
	beforeAll(async () => {
		provider.register();
		const outputs = [process.stdout, process.stderr].map((stream) =>
			vi.spyOn(stream, "write").mockImplementation((text) => {
				if (stream === process.stdout) stdoutBytes += text.length;
				written.push(String(text));
				return true;
			}),
		);
		try {
			const audit = openAudit({
				service: "canary",
				trail: fileTrail({ dir: join(folder, "trail") }),
				sinks: [refusing],
				deadLetters: { dir: join(folder, "dead-letters") },
				onError: (error) => errors.push(error),
			});
			const trail = instrumentation({ audit });
			await overV1(trail);
			await overV2(trail);
			await audit.close();
		} finally {
			for (const output of outputs) output.mockRestore();
		}
	});
	afterAll(() => provider.shutdown());

	it("[private.canary] was really sent: the calls are there, by name", () => {
		const files = everyFile();
		for (const name of [
			"work",
			"fail",
			"nobody",
			"elicitation/create",
			"https://files.example.com/reports/q3.txt",
		]) {
			expect(files).toContain(name);
		}
		expect(exporter.getFinishedSpans().length).toBeGreaterThan(20);
		expect(readdirSync(join(folder, "dead-letters")).length).toBeGreaterThan(0);
	});

	it.each(PLACES)(
		"[private.canary] of %s is in no event, dead letter, cursor or owner file",
		(place) => {
			expect(everyFile()).not.toContain(canary(place));
		},
	);

	it.each(PLACES)("[private.canary] of %s is in no span", (place) => {
		const spans = exporter.getFinishedSpans().map((span) => ({
			name: span.name,
			attributes: span.attributes,
			status: span.status,
			events: span.events,
			links: span.links,
		}));
		expect(JSON.stringify(spans)).not.toContain(canary(place));
	});

	it.each(PLACES)("[private.canary] of %s is in no log and no error", (place) => {
		const texts = errors.map((error) => `${error.message} ${error.stack} ${String(error.cause)}`);
		expect([...written, ...texts].join("\n")).not.toContain(canary(place));
	});

	it("[transparent.stdout] nothing was written to stdout", () => {
		expect(stdoutBytes).toBe(0);
	});
});
