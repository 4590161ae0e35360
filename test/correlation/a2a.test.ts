import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { StoredEvent } from "@mcp-trail/event";
import { withCallContext } from "@mcp-trail/mcp";
import { inputRequired } from "@modelcontextprotocol/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { as } from "../mcp/support.ts";
import { operationsOf } from "./rebuild.ts";
import { type Build, connect, type Side, side, text } from "./world.ts";

/** Message and task of A2A's JSON-RPC binding, as far as correlation needs them. */
interface Message {
	readonly messageId: string;
	readonly contextId: string;
	readonly taskId: string;
}

const bookings: Build = (server) => {
	server.registerTool("book", { inputSchema: z.object({}) }, async (_args, context) =>
		context.mcpReq.inputResponses === undefined
			? inputRequired({
					inputRequests: {
						ok: inputRequired.elicit({
							message: "Sure?",
							requestedSchema: { type: "object", properties: {} },
						}),
					},
					requestState: "state",
				})
			: text("booked"),
	);
};

describe("an agent that speaks A2A and calls two MCP servers", () => {
	const agent = side(true);
	const servers: readonly [Side, Side] = [side(true), side(true)];
	let http: Server;
	let url: string;

	beforeAll(async () => {
		const [first, second] = [
			await connect(
				"v1",
				(server) => {
					// One server object lives as long as the connection, so that its first answer can be another.
					server.registerTool(
						"create",
						as({ inputSchema: { title: z.string() } }),
						as(createOnce()),
					);
				},
				{ client: agent, server: servers[0] },
			),
			await connect(
				"v2 modern",
				bookings,
				{ client: agent, server: servers[1] },
				{ capabilities: { elicitation: {} } },
			),
		];
		second.client.setRequestHandler("elicitation/create", async () => ({
			action: "accept",
			content: {},
		}));
		const handle = async ({ messageId, contextId, taskId }: Message): Promise<void> =>
			withCallContext(
				{ a2a: { contextId, taskId, messageId }, conversationId: contextId },
				async () => {
					const create = { name: "create", arguments: { title: messageId } };
					await withCallContext({ operationId: `create-${messageId}` }, async () => {
						const { isError } = await first.client.callTool(create);
						if (isError === true) await first.client.callTool(create);
					});
					await second.client.callTool({ name: "book", arguments: {} });
				},
			);
		http = createServer((request, response) => {
			const chunks: Buffer[] = [];
			request.on("data", (chunk: Buffer) => chunks.push(chunk));
			request.on("end", () => {
				const { id, params } = as<{ id: number; params: { message: Message } }>(
					JSON.parse(Buffer.concat(chunks).toString()),
				);
				const { contextId, taskId } = params.message;
				void handle(params.message).then(() =>
					response.end(
						JSON.stringify({
							jsonrpc: "2.0",
							id,
							result: { id: taskId, contextId, status: { state: "TASK_STATE_COMPLETED" } },
						}),
					),
				);
			});
		});
		await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
		url = `http://127.0.0.1:${as<AddressInfo>(http.address()).port}/`;
	});
	afterAll(() => http.close());

	it("[system.a2a] [complete.a2a] its context, tasks and messages are rebuilt from the events of the servers alone", async () => {
		const messages: readonly Message[] = [
			{ messageId: "message-1", contextId: "ctx-1", taskId: "task-1" },
			{ messageId: "message-2", contextId: "ctx-1", taskId: "task-2" },
		];
		await Promise.all(
			messages.map(async (message) => {
				const response = await fetch(url, {
					method: "POST",
					body: JSON.stringify({
						jsonrpc: "2.0",
						id: 1,
						method: "SendMessage",
						params: { message },
					}),
				});
				expect(await response.json()).toMatchObject({ result: { id: message.taskId } });
			}),
		);
		const calls: readonly StoredEvent[] = servers.flatMap(({ audit }) =>
			audit.outcomes("tools/call"),
		);
		for (const { messageId, contextId, taskId } of messages) {
			const mine = calls.filter(({ operation }) => operation?.a2a?.message_id === messageId);
			expect(new Set(mine.map(({ operation }) => operation?.a2a?.task_id))).toEqual(
				new Set([taskId]),
			);
			expect(new Set(mine.map(({ operation }) => operation?.conversation_id))).toEqual(
				new Set([contextId]),
			);
			const operations = operationsOf(mine);
			expect(
				operations.map(({ steps }) =>
					steps.map(({ tool, attempt, leg }) => `${tool} ${attempt}.${leg}`),
				),
			).toEqual([
				["create 1.0", ...(messageId === meetingBusy(calls) ? ["create 2.0"] : [])],
				["book 1.0", "book 1.1"],
			]);
			expect(operations[0]?.id).toBe(`create-${messageId}`);
		}
		// What the agent recorded itself says the same.
		const own = operationsOf(agent.audit.outcomes("tools/call"));
		expect(new Set(own.map(({ id }) => id))).toEqual(
			new Set(operationsOf(calls).map(({ id }) => id)),
		);
	});
});

/** A tool that is busy the first time it is called. */
function createOnce(): () => Promise<object> {
	let fails = true;
	return async () => {
		if (!fails) return text("created");
		fails = false;
		return { ...text("busy"), isError: true };
	};
}

/** The message whose call met the busy tool. */
function meetingBusy(calls: readonly StoredEvent[]): string | undefined {
	return calls.find(({ outcome }) => outcome?.tool_error === true)?.operation?.a2a?.message_id;
}
