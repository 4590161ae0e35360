import { randomBytes } from "node:crypto";
import {
	acceptedContent,
	CLIENT_CAPABILITIES_META_KEY,
	createRequestStateCodec,
	inputRequired,
	inputResponse,
	type InputRequests,
	type McpServer,
	type ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import * as everything from "./everything.ts";

const envelopeSchema = z.object({
	[CLIENT_CAPABILITIES_META_KEY]: z.object({
		sampling: z.unknown().optional(),
		elicitation: z.unknown().optional(),
	}),
});

const { text, stringForm } = everything;
const say = (value: string) => ({ content: [text(value)] });

/** Seals the state that a client carries between rounds; every server of this process shares the key. */
export const stateCodec = createRequestStateCodec<{ readonly step: number }>({
	key: randomBytes(32),
});

const ask = (field: string, message: string) =>
	inputRequired.elicit({ message, requestedSchema: stringForm(field) });
const sample = (prompt: string) =>
	inputRequired.createMessage({
		messages: [{ role: "user", content: text(prompt) }],
		maxTokens: 50,
	});
const confirm = () =>
	inputRequired.elicit({
		message: "Please confirm",
		requestedSchema: {
			type: "object",
			properties: { ok: { type: "boolean" } },
			required: ["ok"],
		},
	});

const answered = (ctx: ServerContext, key: string): boolean =>
	inputResponse(ctx.mcpReq.inputResponses, key).kind !== "missing";
const step = (ctx: ServerContext): number =>
	ctx.mcpReq.requestState<{ readonly step: number }>()?.step ?? 0;

/** Registers the tools and the prompt that need input before they answer (SEP-2322). */
export function registerMultiRoundTrip(server: McpServer): void {
	registerSingleRound(server);
	registerStateful(server);
	server.registerPrompt(
		"test_input_required_result_prompt",
		{ description: "Needs a context from the user" },
		(ctx) => {
			const given = acceptedContent<{ context: string }>(ctx.mcpReq.inputResponses, "user_context");
			if (given === undefined) {
				return inputRequired({
					inputRequests: { user_context: ask("context", "Which context?") },
				});
			}
			const messages = [{ role: "user" as const, content: text(`Context: ${given.context}`) }];
			return { messages };
		},
	);
}

function registerSingleRound(server: McpServer): void {
	server.registerTool(
		"test_input_required_result_elicitation",
		{ description: "Needs a name from the user" },
		(ctx) => {
			const given = acceptedContent<{ name: string }>(ctx.mcpReq.inputResponses, "user_name");
			if (given !== undefined) return say(`Good day, ${given.name}`);
			return inputRequired({ inputRequests: { user_name: ask("name", "Your name?") } });
		},
	);
	server.registerTool(
		"test_input_required_result_sampling",
		{ description: "Needs an answer from the client's model" },
		(ctx) => {
			const given = inputResponse(ctx.mcpReq.inputResponses, "capital_question");
			if (given.kind === "sampling") return say(JSON.stringify(given.result.content));
			return inputRequired({
				inputRequests: { capital_question: sample("Which city is the capital of France?") },
			});
		},
	);
	server.registerTool(
		"test_input_required_result_list_roots",
		{ description: "Needs the client's roots" },
		(ctx) => {
			const given = inputResponse(ctx.mcpReq.inputResponses, "client_roots");
			if (given.kind === "roots") return say(given.roots.map(({ uri }) => uri).join(" "));
			return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
		},
	);
	server.registerTool(
		"test_input_required_result_capabilities",
		{ description: "Asks only for what the client declares" },
		(ctx) => {
			const declared = envelopeSchema.parse(ctx.mcpReq.envelope)[CLIENT_CAPABILITIES_META_KEY];
			const inputRequests: InputRequests = {
				...(declared.sampling !== undefined && { answer: sample("Anything") }),
				...(declared.elicitation !== undefined && { name: ask("name", "Your name?") }),
			};
			if (Object.keys(inputRequests).some((key) => answered(ctx, key))) return say("Answered");
			return inputRequired({ inputRequests });
		},
	);
}

function registerStateful(server: McpServer): void {
	for (const name of [
		"test_input_required_result_request_state",
		"test_input_required_result_tampered_state",
	]) {
		server.registerTool(name, { description: "Checks the state it gets back" }, async (ctx) => {
			if (step(ctx) === 1 && answered(ctx, "confirm")) return say("state-ok");
			const requestState = await stateCodec.mint({ step: 1 });
			return inputRequired({ inputRequests: { confirm: confirm() }, requestState });
		});
	}
	server.registerTool(
		"test_input_required_result_multiple_inputs",
		{ description: "Needs three kinds of input at once" },
		async (ctx) => {
			const inputRequests: InputRequests = {
				user_name: ask("name", "Your name?"),
				greeting: sample("Write a greeting"),
				client_roots: inputRequired.listRoots(),
			};
			if (Object.keys(inputRequests).every((key) => answered(ctx, key))) return say("Complete");
			return inputRequired({ inputRequests, requestState: await stateCodec.mint({ step: 1 }) });
		},
	);
	server.registerTool(
		"test_input_required_result_multi_round",
		{ description: "Needs two rounds of input" },
		async (ctx) => {
			if (step(ctx) === 2 && answered(ctx, "step2")) return say("Complete after two rounds");
			if (step(ctx) === 1 && answered(ctx, "step1")) {
				return inputRequired({
					inputRequests: { step2: ask("color", "Which colour?") },
					requestState: await stateCodec.mint({ step: 2 }),
				});
			}
			return inputRequired({
				inputRequests: { step1: ask("name", "Your name?") },
				requestState: await stateCodec.mint({ step: 1 }),
			});
		},
	);
}
