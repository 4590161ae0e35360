import type { StoredEvent } from "@mcp-trail/event";
import {
	instrumentation,
	instrumentClient,
	instrumentServer,
	withCallContext,
} from "@mcp-trail/mcp";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import * as v1client from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTaskStore } from "@modelcontextprotocol/sdk/experimental/tasks/stores/in-memory.js";
import * as v1server from "@modelcontextprotocol/sdk/server/mcp.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { createMcpHandler, Server } from "@modelcontextprotocol/server";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { as, fakeAudit, type FakeAudit, until } from "./support.ts";

const changes = (audit: FakeAudit, role: "client" | "server") =>
	audit.events.filter(({ type, mcp }) => type === "mcp.task.changed" && mcp?.role === role);

const story = (events: readonly StoredEvent[]) =>
	events.map(({ task, outcome }) => [
		task?.previous_status ?? "",
		task?.status,
		outcome?.reason ?? outcome?.status ?? "",
		task?.retrieved ?? "",
	]);

async function connectedV1(extension = false) {
	const audit = fakeAudit();
	const taskStore = new InMemoryTaskStore();
	const server = instrumentServer(
		new v1server.McpServer(
			{ name: "desk", version: "1.0.0" },
			{
				taskStore,
				capabilities: {
					tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
				},
			},
		),
		{ audit, extension },
	);
	const ids: string[] = [];
	server.experimental.tasks.registerToolTask(
		"report",
		{ inputSchema: { fails: z.boolean() }, execution: { taskSupport: "required" } },
		{
			async createTask(_args, extra) {
				const task = await extra.taskStore.createTask({ ttl: 60_000, pollInterval: 5 });
				ids.push(task.taskId);
				return { task };
			},
			getTask: (_args, extra) => as(extra.taskStore.getTask(extra.taskId)),
			getTaskResult: (_args, extra) => as(extra.taskStore.getTaskResult(extra.taskId)),
		},
	);
	const client = instrumentClient(new v1client.Client({ name: "probe", version: "2.0.0" }), {
		audit,
		extension,
	});
	const [near, far] = InMemoryTransport.createLinkedPair();
	await server.connect(far);
	await client.connect(near);
	await client.listTools();
	const start = async (fails = false): Promise<string> => {
		const before = ids.length;
		const run = client.experimental.tasks.callToolStream(
			{ name: "report", arguments: { fails } },
			undefined,
			{ task: { ttl: 60_000 } },
		);
		void (async () => {
			try {
				for await (const step of run) if (step.type === "taskCreated") break;
			} catch {
				// What becomes of it is asked for by hand.
			}
		})();
		await until(() => ids.length > before, "a task");
		await until(() => changes(audit, "client").length > 0, "it is told");
		return ids[before] ?? "";
	};
	return { audit, client, taskStore, start };
}

describe("v1: tasks of core 2025-11-25, with the SDK's own store", () => {
	it("[system.tasks] [complete.tasks] tells creation, completion and retrieval on both sides, joined to the request that made it", async () => {
		const { audit, client, taskStore, start } = await connectedV1();
		const id = await start();
		await taskStore.storeTaskResult(id, "completed", { content: [], isError: false });
		await client.experimental.tasks.getTask(id);
		await client.experimental.tasks.getTaskResult(id, CallToolResultSchema);
		for (const role of ["client", "server"] as const) {
			const told = changes(audit, role);
			expect(story(told)).toEqual([
				["", "working", "task_created", ""],
				["working", "completed", "", ""],
				["completed", "completed", "success", true],
			]);
			const [made] = audit.outcomes("tools/call", role);
			for (const { task, target } of told) {
				expect(task?.origin_event_id).toBe(made?.id);
				expect(task?.ttl_ms).toBe(60_000);
				expect(target).toMatchObject({ kind: "task", name: "report" });
			}
			expect(made?.task).toMatchObject({ status: "working", ttl_ms: 60_000 });
			const [got] = audit.outcomes("tasks/result", role);
			expect(got?.task).toMatchObject({ id_digest: made?.task?.id_digest, status: "completed" });
			expect(JSON.stringify(audit.events)).not.toContain(id);
		}
	});

	it("[complete.tasks] a task that ends in a tool's error is a failure", async () => {
		const { audit, client, taskStore, start } = await connectedV1();
		const id = await start();
		await taskStore.storeTaskResult(id, "completed", { content: [], isError: true });
		await client.experimental.tasks.getTaskResult(id, CallToolResultSchema);
		expect(story(changes(audit, "server")).at(-1)).toEqual([
			"working",
			"completed",
			"tool_error",
			true,
		]);
		expect(changes(audit, "server").at(-1)?.outcome?.status).toBe("failure");
	});

	it("[complete.tasks] a cancelled task is told as cancelled", async () => {
		const { audit, client, start } = await connectedV1();
		const id = await start();
		await client.experimental.tasks.cancelTask(id);
		for (const role of ["client", "server"] as const)
			expect(story(changes(audit, role)).at(-1)).toEqual([
				"working",
				"cancelled",
				"cancelled_by_caller",
				"",
			]);
	});

	it.each([
		["without", false],
		["with", true],
	])(
		"[complete.task_operation] %s the extension what is asked and told of a task belongs to the operation of the call that made it",
		async (_how, extension) => {
			const { audit, client, taskStore, start } = await connectedV1(extension);
			const id = await start();
			const poll = () => client.experimental.tasks.getTask(id);
			await withCallContext({ operationId: "waits" }, async () => {
				await poll();
				await poll();
			});
			await taskStore.storeTaskResult(id, "completed", { content: [] });
			await client.experimental.tasks.getTaskResult(id, CallToolResultSchema);
			for (const role of ["client", "server"] as const) {
				const [made] = audit.outcomes("tools/call", role);
				const told = audit.events.filter(
					({ type, mcp }) =>
						mcp?.role === role && (type === "mcp.task.changed" || mcp.method?.startsWith("tasks/")),
				);
				expect(told.length).toBeGreaterThan(4);
				for (const { operation } of told) {
					expect(operation).toMatchObject({
						id: made?.operation?.id,
						source: extension ? "extension" : "trace",
					});
					// Asking again is how a task is waited for.
					expect(operation?.attempt).toBe(extension ? 1 : undefined);
					expect(operation).not.toHaveProperty("retry_reason");
				}
			}
		},
	);

	it.each([
		["without", false],
		["with", true],
	])(
		"[bounded.task_polls] %s the extension polls that come to the same share an event; the first, changes and refusals have their own",
		async (_how, extension) => {
			const { audit, client, taskStore, start } = await connectedV1(extension);
			const id = await start();
			for (let poll = 0; poll < 6; poll++) await client.experimental.tasks.getTask(id);
			await taskStore.storeTaskResult(id, "completed", { content: [] });
			await client.experimental.tasks.getTask(id);
			await client.experimental.tasks.getTask("unknown").catch(() => undefined);
			for (const role of ["client", "server"] as const) {
				const polls = audit
					.outcomes("tasks/get", role)
					.map(({ count = 1, task, outcome }) => [count, task?.status ?? outcome?.reason]);
				expect(polls.filter(([, status]) => status === "working")[0]).toEqual([1, "working"]);
				expect(
					polls
						.filter(([, status]) => status === "working")
						.reduce((sum, [count]) => sum + Number(count), 0),
				).toBeGreaterThanOrEqual(6);
				expect(polls.filter(([, status]) => status === "working")).toHaveLength(2);
				expect(polls.filter(([, status]) => status !== "working")).toEqual([
					[1, "completed"],
					[1, "invalid_params"],
				]);
			}
		},
	);
});

describe("v2, 2026-07-28: tasks of the extension", () => {
	const ID = "task-786512e2-9e0d-44bd-8f29-789f320fe840";

	const FIXED = {
		taskId: ID,
		createdAt: "2026-11-20T10:15:30.000Z",
		lastUpdatedAt: "2026-11-20T10:15:30.000Z",
		ttlMs: 60_000,
	};

	async function connected(state: () => object) {
		const task = () => Object.assign({}, state(), FIXED);
		const audit = fakeAudit();
		const trail = instrumentation({ audit });
		const loose = z.looseObject({});
		const handler = createMcpHandler(() => {
			const server = trail.server(
				new Server({ name: "desk", version: "1.0.0" }, { capabilities: { tools: {} } }),
			);
			server.setRequestHandler("tools/call", { params: loose, result: loose }, () => ({
				resultType: "task",
				...task(),
			}));
			server.setRequestHandler("tasks/get", { params: loose, result: loose }, () => task());
			server.setRequestHandler("tasks/update", { params: loose, result: loose }, () => ({}));
			server.setRequestHandler("tasks/cancel", { params: loose, result: loose }, () => ({}));
			return server;
		});
		const client = instrumentClient(
			new Client(
				{ name: "probe", version: "2.0.0" },
				{ versionNegotiation: { mode: { pin: "2026-07-28" } } },
			),
			{ audit },
		);
		const fetch = (url: string | URL, init?: RequestInit): Promise<Response> =>
			handler.fetch(new Request(url, init));
		await client.connect(
			new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), { fetch }),
		);
		const ask = (method: string, params: object = { taskId: ID }) =>
			client
				.request(as({ method, params }), as(loose))
				.catch((error: unknown) => ({ error: String(error) }));
		return { audit, ask };
	}

	it("[system.tasks] [complete.tasks] tells creation, input, answer, completion with its result, on both sides", async () => {
		let state: object = { status: "working" };
		const { audit, ask } = await connected(() => state);
		await ask("tools/call", { name: "report", arguments: {} });
		for (let poll = 0; poll < 3; poll++) await ask("tasks/get");
		state = {
			status: "input_required",
			inputRequests: {
				name: {
					method: "elicitation/create",
					params: {
						message: "Your name?",
						requestedSchema: { type: "object", properties: { name: { type: "string" } } },
					},
				},
			},
		};
		await ask("tasks/get");
		await ask("tasks/update", {
			taskId: ID,
			inputResponses: { name: { action: "accept", content: { name: "Ada" } } },
		});
		state = { status: "completed", result: { content: [], isError: true } };
		await ask("tasks/get");
		await ask("tasks/cancel");
		for (const role of ["client", "server"] as const) {
			const told = changes(audit, role);
			expect(story(told)).toEqual([
				["", "working", "task_created", ""],
				["working", "input_required", "input_required", ""],
				["input_required", "completed", "tool_error", true],
			]);
			const [made] = audit.outcomes("tools/call", role);
			expect(made?.outcome?.status).toBe("pending");
			expect(new Set(told.map(({ task }) => task?.origin_event_id))).toEqual(new Set([made?.id]));
			const inputs = audit.events.filter(
				({ type, mcp }) => type.startsWith("mcp.input.") && mcp?.role === role,
			);
			expect(inputs.map(({ type, mcp, input }) => [type, mcp?.method, input?.action])).toEqual([
				["mcp.input.requested", "elicitation/create", undefined],
				["mcp.input.answered", "elicitation/create", "accept"],
			]);
			const [cancel] = audit.outcomes("tasks/cancel", role);
			expect(cancel?.task).toMatchObject({ status: "completed" });
			expect(audit.outcomes("tasks/get", role).map(({ count = 1 }) => count)).toEqual([1, 2, 1, 1]);
		}
		expect(JSON.stringify(audit.events)).not.toMatch(/786512e2|Ada|Your name/u);
	});
});
