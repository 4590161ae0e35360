import { instrumentation } from "@mcp-trail/mcp";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import {
	acceptedContent,
	createMcpHandler,
	inputRequired,
	McpServer,
} from "@modelcontextprotocol/server";
import { describe, expect, it } from "vitest";
import { as, fakeAudit, type FakeAudit } from "./support.ts";

const MESSAGE = "Which badge number?";
const SECRET = "4711-answer";

const form = {
	message: MESSAGE,
	requestedSchema: {
		type: "object" as const,
		properties: { badge: { type: "string" as const }, password: { type: "string" as const } },
	},
};

function build(): McpServer {
	const server = new McpServer({ name: "desk", version: "1.0.0" });
	server.registerTool("badge", {}, (context) => {
		const given = acceptedContent<{ badge: string }>(context.mcpReq.inputResponses, "who");
		if (given !== undefined) return { content: [] };
		return inputRequired({
			inputRequests: { who: inputRequired.elicit(form), where: inputRequired.listRoots() },
		});
	});
	return server;
}

type Answer = { action: "accept" | "decline"; content?: Record<string, string> };

async function asked(order: "seen" | "before", answer: () => Answer) {
	const audit = fakeAudit();
	const trail = instrumentation({ audit });
	const handler = createMcpHandler(() => trail.server(build()));
	const client = new Client(
		{ name: "probe", version: "2.0.0" },
		{
			capabilities: { elicitation: { form: {} }, roots: {} },
			versionNegotiation: { mode: { pin: "2026-07-28" } },
		},
	);
	const answerAll = (): void => {
		client.setRequestHandler("elicitation/create", async () => answer());
		client.setRequestHandler("roots/list", () => ({ roots: [{ uri: "file:///home/ada" }] }));
	};
	if (order === "before") answerAll();
	trail.client(client);
	if (order === "seen") answerAll();
	const fetch = (url: string | URL, init?: RequestInit): Promise<Response> =>
		handler.fetch(new Request(url, init));
	await client.connect(
		new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), { fetch }),
	);
	return { audit, client };
}

const told = ({ events }: FakeAudit, role: "client" | "server") =>
	events
		.filter(({ type, mcp }) => type.startsWith("mcp.input.") && mcp?.role === role)
		.map(({ type, mcp, input }) => [
			type.slice("mcp.input.".length),
			mcp?.method,
			mcp?.direction,
			input?.action ?? "",
			mcp?.local ?? false,
		]);

const questions = [
	["requested", "elicitation/create", "server_to_client", "", false],
	["requested", "roots/list", "server_to_client", "", false],
];
const answers = (local: boolean) => [
	["answered", "elicitation/create", "client_to_server", "accept", local],
	["answered", "roots/list", "client_to_server", "", local],
];

describe.each(["seen", "before"] as const)("v2, 2026-07-28: handlers set %s", (order) => {
	it("[complete.inputs] each question and each answer is told once, on both sides, and nothing of what was answered", async () => {
		const { audit, client } = await asked(order, () => ({
			action: "accept",
			content: { badge: SECRET, password: "x" },
		}));
		await client.callTool({ name: "badge" });
		const near = told(audit, "client");
		expect(near).toHaveLength(4);
		expect(near).toEqual(expect.arrayContaining([...questions, ...answers(true)]));
		expect(told(audit, "server")).toEqual([...questions, ...answers(false)]);
		const [question] = audit.events.filter(({ type }) => type === "mcp.input.requested");
		expect(question?.input).toMatchObject({ kind: "elicitation", fields: 2, sensitive: true });
		const [leg] = audit.outcomes("tools/call", "server");
		expect(question?.operation?.id).toBe(leg?.operation?.id);
		expect(JSON.stringify(audit.events)).not.toMatch(/4711|badge number|home.ada/u);
	});
});

it("[complete.inputs] an answer given here that was never sent hides no later one of the same key", async () => {
	const { audit, client } = await asked("seen", () => ({
		action: "decline",
		content: {},
	}));
	const gone = new AbortController();
	client.setRequestHandler("roots/list", async () => {
		// The caller loses patience: what the other handler answered is never sent.
		gone.abort();
		await new Promise((resolve) => setTimeout(resolve, 5));
		return { roots: [] };
	});
	await expect(client.callTool({ name: "badge" }, { signal: gone.signal })).rejects.toThrow(/./u);
	await new Promise((resolve) => setTimeout(resolve, 20));
	const before = told(audit, "client").filter(([type]) => type === "answered").length;
	expect(before).toBeGreaterThan(0);
	// An application that answers by itself, in a call of its own.
	const raw = (params: object): Promise<unknown> =>
		client.callTool(as({ name: "badge", ...params }), as({ allowInputRequired: true }));
	await raw({});
	await raw({ inputResponses: { who: { action: "accept", content: { badge: SECRET } } } });
	const later = told(audit, "client")
		.filter(([type]) => type === "answered")
		.slice(before);
	expect(later).toEqual([["answered", "elicitation/create", "client_to_server", "accept", false]]);
});

it("[complete.inputs] a handler that throws is told as a failure, and no answer of it", async () => {
	const { audit, client } = await asked("seen", () => {
		throw new Error("nobody there");
	});
	await client.callTool({ name: "badge" }).catch(() => undefined);
	const failed = audit.events.filter(
		({ type, outcome }) => type === "mcp.input.answered" && outcome?.status === "failure",
	);
	expect(failed).toHaveLength(1);
	expect(failed[0]).toMatchObject({
		severity: "low",
		outcome: { reason: "handler_threw" },
		mcp: { local: true, role: "client", method: "elicitation/create" },
		input: { kind: "elicitation", mode: "form" },
	});
	expect(failed[0]?.input).not.toHaveProperty("action");
});
