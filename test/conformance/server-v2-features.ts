import {
	completable,
	fromJsonSchema,
	inputRequired,
	ResourceTemplate,
	type McpServer,
	type ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import * as everything from "./everything.ts";

type Form = Parameters<ServerContext["mcpReq"]["elicitInput"]>[0];

const { text, pause } = everything;
const say = (value: string) => ({ content: [text(value)] });

/** How a tool tells the modern era's subscribers that a list changed. */
export interface Changes {
	toolsChanged(): void;
	promptsChanged(): void;
}

const elicit = async (ctx: ServerContext, params: Form) => {
	const answer = await ctx.mcpReq.elicitInput(params);
	return say(`The user chose ${answer.action}: ${JSON.stringify(answer.content)}`);
};

/** Registers the tools of both eras. */
export function registerTools(server: McpServer, changes: Changes): void {
	for (const { name, content } of everything.staticTools) {
		server.registerTool(name, { description: `Answers the same each time: ${name}` }, () => ({
			content,
		}));
	}
	server.registerTool("test_error_handling", { description: "Always fails" }, () => {
		throw new Error("This tool fails on purpose");
	});
	registerNotifyingTools(server, changes);
	registerAskingTools(server);
	registerSchemaTools(server);
}

function registerNotifyingTools(server: McpServer, changes: Changes): void {
	for (const name of ["test_tool_with_logging", "test_logging_tool"]) {
		server.registerTool(name, { description: "Logs while it works" }, async (ctx) => {
			for (const data of ["Started", "Working", "Done"]) {
				await ctx.mcpReq.log("info", data);
				await pause(50);
			}
			return say("Logged three times");
		});
	}
	server.registerTool(
		"test_tool_with_progress",
		{ description: "Reports progress while it works" },
		async (ctx) => {
			const { _meta: meta } = ctx.mcpReq;
			const progressToken = meta?.progressToken;
			for (const progress of [0, 50, 100]) {
				if (progressToken !== undefined) {
					await ctx.mcpReq.notify({
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
		async (ctx) => {
			ctx.http?.closeSSE?.();
			await pause(100);
			return say("Reached after a reconnection");
		},
	);
	server.registerTool("test_trigger_tool_change", { description: "Changes the tool list" }, () => {
		changes.toolsChanged();
		return say("Tool list changed");
	});
	server.registerTool(
		"test_trigger_prompt_change",
		{ description: "Changes the prompt list" },
		() => {
			changes.promptsChanged();
			return say("Prompt list changed");
		},
	);
}

function registerAskingTools(server: McpServer): void {
	server.registerTool(
		"test_sampling",
		{ description: "Asks the client's model", inputSchema: z.object({ prompt: z.string() }) },
		async ({ prompt }, ctx) => {
			const answer = await ctx.mcpReq.requestSampling({
				messages: [{ role: "user", content: text(prompt) }],
				maxTokens: 100,
			});
			return say(`The model said: ${JSON.stringify(answer.content)}`);
		},
	);
	server.registerTool(
		"test_elicitation",
		{ description: "Asks the user", inputSchema: z.object({ message: z.string() }) },
		({ message }, ctx) => elicit(ctx, { message, requestedSchema: everything.contactForm }),
	);
	server.registerTool(
		"test_elicitation_sep1034_defaults",
		{ description: "Asks with default values" },
		(ctx) => elicit(ctx, { message: "Defaults", requestedSchema: everything.defaultsForm }),
	);
	server.registerTool(
		"test_elicitation_sep1330_enums",
		{ description: "Asks with enumerations" },
		(ctx) => elicit(ctx, { message: "Enumerations", requestedSchema: everything.enumsForm }),
	);
	server.registerTool(
		"test_streaming_elicitation",
		{ description: "Asks the user within the result" },
		() =>
			inputRequired({
				inputRequests: {
					answer: inputRequired.elicit({
						message: "Anything",
						requestedSchema: everything.stringForm("answer"),
					}),
				},
			}),
	);
	server.registerTool(
		"test_missing_capability",
		{ description: "Needs a client that can sample" },
		() =>
			inputRequired({
				inputRequests: {
					answer: inputRequired.createMessage({
						messages: [{ role: "user", content: text("Anything") }],
						maxTokens: 10,
					}),
				},
			}),
	);
}

function registerSchemaTools(server: McpServer): void {
	server.registerTool(
		"json_schema_2020_12_tool",
		{
			description: "Has a schema with what JSON Schema 2020-12 adds",
			inputSchema: fromJsonSchema(everything.schema2020),
		},
		() => say("Valid"),
	);
	server.registerTool(
		"test_header_parameter",
		{
			description: "Has a parameter that is mirrored into a header",
			inputSchema: fromJsonSchema(everything.headerSchema),
		},
		() => say("Header and body agree"),
	);
}

/** Registers the resources of both eras, with subscriptions for the older one. */
export function registerResources(server: McpServer): void {
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
	server.server.setRequestHandler("resources/subscribe", () => ({}));
	server.server.setRequestHandler("resources/unsubscribe", () => ({}));
}

/** Registers the prompts of both eras. */
export function registerPrompts(server: McpServer): void {
	const { prompts } = everything;
	server.registerPrompt("test_simple_prompt", { description: "Without arguments" }, () => ({
		messages: prompts.test_simple_prompt(),
	}));
	server.registerPrompt(
		"test_prompt_with_arguments",
		{
			description: "With two arguments",
			argsSchema: z.object({
				arg1: completable(z.string(), (value) => [`${value}1`, `${value}2`]),
				arg2: z.string(),
			}),
		},
		({ arg1, arg2 }) => ({ messages: prompts.test_prompt_with_arguments(arg1, arg2) }),
	);
	server.registerPrompt(
		"test_prompt_with_embedded_resource",
		{ description: "With a resource", argsSchema: z.object({ resourceUri: z.string() }) },
		({ resourceUri }) => ({
			messages: prompts.test_prompt_with_embedded_resource(resourceUri),
		}),
	);
	server.registerPrompt("test_prompt_with_image", { description: "With an image" }, () => ({
		messages: prompts.test_prompt_with_image(),
	}));
}
