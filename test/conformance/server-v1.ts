import { randomUUID } from "node:crypto";
import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { completable } from "@modelcontextprotocol/sdk/server/completable.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import {
	CreateMessageResultSchema,
	ElicitResultSchema,
	SubscribeRequestSchema,
	UnsubscribeRequestSchema,
	type JSONRPCMessage,
	type ServerNotification,
	type ServerRequest,
} from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { eventStore } from "./event-store.ts";
import * as everything from "./everything.ts";
import { serve } from "./http.ts";
import { instrumented } from "./instrumented.ts";
import { sessions } from "./sessions.ts";

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;
type Form = Extract<ServerRequest, { method: "elicitation/create" }>["params"];

const { text, pause } = everything;
const trail = await instrumented();
const say = (value: string) => ({ content: [text(value)] });

const elicit = async (extra: Extra, params: Form) => {
	const answer = await extra.sendRequest(
		{ method: "elicitation/create", params },
		ElicitResultSchema,
	);
	return say(`The user chose ${answer.action}: ${JSON.stringify(answer.content)}`);
};

function registerTools(server: McpServer): void {
	for (const { name, content } of everything.staticTools) {
		server.registerTool(name, { description: `Answers the same each time: ${name}` }, () => ({
			content,
		}));
	}

	server.registerTool("test_error_handling", { description: "Always fails" }, () => {
		throw new Error("This tool fails on purpose");
	});

	server.registerTool(
		"test_tool_with_logging",
		{ description: "Logs while it works" },
		async (extra) => {
			for (const data of ["Started", "Working", "Done"]) {
				await extra.sendNotification({
					method: "notifications/message",
					params: { level: "info", data },
				});
				await pause(50);
			}
			return say("Logged three times");
		},
	);

	server.registerTool(
		"test_tool_with_progress",
		{ description: "Reports progress while it works" },
		async (extra) => {
			const { _meta: meta } = extra;
			const progressToken = meta?.progressToken;
			for (const progress of [0, 50, 100]) {
				if (progressToken !== undefined) {
					await extra.sendNotification({
						method: "notifications/progress",
						params: { progressToken, progress, total: 100 },
					});
				}
				await pause(50);
			}
			return say("Progressed");
		},
	);

	server.registerTool(
		"test_reconnection",
		{ description: "Closes its stream, so that the client must come back" },
		async (extra) => {
			extra.closeSSEStream?.();
			await pause(100);
			return say("Reached after a reconnection");
		},
	);

	server.registerTool(
		"test_sampling",
		{ description: "Asks the client's model", inputSchema: { prompt: z.string() } },
		async ({ prompt }, extra) => {
			const answer = await extra.sendRequest(
				{
					method: "sampling/createMessage",
					params: { messages: [{ role: "user", content: text(prompt) }], maxTokens: 100 },
				},
				CreateMessageResultSchema,
			);
			return say(`The model said: ${JSON.stringify(answer.content)}`);
		},
	);

	server.registerTool(
		"test_elicitation",
		{ description: "Asks the user", inputSchema: { message: z.string() } },
		({ message }, extra) => elicit(extra, { message, requestedSchema: everything.contactForm }),
	);
	server.registerTool(
		"test_elicitation_sep1034_defaults",
		{ description: "Asks with default values" },
		(extra) => elicit(extra, { message: "Defaults", requestedSchema: everything.defaultsForm }),
	);
	server.registerTool(
		"test_elicitation_sep1330_enums",
		{ description: "Asks with enumerations" },
		(extra) => elicit(extra, { message: "Enumerations", requestedSchema: everything.enumsForm }),
	);

	server.registerTool(
		"json_schema_2020_12_tool",
		{
			description: "Has the nearest schema that this SDK generation can declare",
			inputSchema: z.strictObject({
				name: z.string().optional(),
				phone: z.string().optional(),
				email: z.string().optional(),
			}),
		},
		() => say("Valid"),
	);
}

function registerResources(server: McpServer): void {
	for (const { name, uri, mimeType, contents } of everything.staticResources) {
		server.registerResource(name, uri, { mimeType, description: `Resource ${name}` }, () => ({
			contents: [{ uri, mimeType, ...contents }],
		}));
	}
	server.registerResource(
		"template",
		new ResourceTemplate(everything.templateUri, { list: undefined }),
		{ mimeType: "application/json", description: "Resource with an id in its URI" },
		(uri, { id }) => everything.templateContents(uri.href, String(id)),
	);
	server.server.setRequestHandler(SubscribeRequestSchema, () => ({}));
	server.server.setRequestHandler(UnsubscribeRequestSchema, () => ({}));
}

function registerPrompts(server: McpServer): void {
	const { prompts } = everything;
	server.registerPrompt("test_simple_prompt", { description: "Without arguments" }, () => ({
		messages: prompts.test_simple_prompt(),
	}));
	server.registerPrompt(
		"test_prompt_with_arguments",
		{
			description: "With two arguments",
			argsSchema: {
				arg1: completable(z.string(), (value) => [`${value}1`, `${value}2`]),
				arg2: z.string(),
			},
		},
		({ arg1, arg2 }) => ({ messages: prompts.test_prompt_with_arguments(arg1, arg2) }),
	);
	server.registerPrompt(
		"test_prompt_with_embedded_resource",
		{ description: "With a resource", argsSchema: { resourceUri: z.string() } },
		({ resourceUri }) => ({
			messages: prompts.test_prompt_with_embedded_resource(resourceUri),
		}),
	);
	server.registerPrompt("test_prompt_with_image", { description: "With an image" }, () => ({
		messages: prompts.test_prompt_with_image(),
	}));
}

function everythingServer(): McpServer {
	const server = new McpServer(
		{ name: "everything-v1", version: "1.0.0" },
		{
			capabilities: {
				logging: {},
				completions: {},
				tools: { listChanged: true },
				prompts: { listChanged: true },
				resources: { subscribe: true, listChanged: true },
			},
		},
	);
	// Before anything is registered, so that it is seen whether a callback was entered.
	trail.server(server);
	registerTools(server);
	registerResources(server);
	registerPrompts(server);
	return server;
}

const store = eventStore<JSONRPCMessage>();
const live = sessions<StreamableHTTPServerTransport>(async (opened) => {
	const transport = new StreamableHTTPServerTransport({
		sessionIdGenerator: randomUUID,
		onsessioninitialized: (id) => opened(id, transport),
		eventStore: store,
		retryInterval: 500,
	});
	await everythingServer().connect(transport);
	return transport;
});

serve({
	handle: (req, res) => live.handle(req, res),
	listener: trail.listener,
	async close() {
		await live.close();
		await trail.close();
	},
});
