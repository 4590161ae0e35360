import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { memoryTrail, openAudit } from "@mcp-trail/audit";
import type { NewEvent } from "@mcp-trail/event";
import { instrumentation } from "@mcp-trail/mcp";
import { httpEdge } from "@mcp-trail/mcp/http";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { as, fakeAudit, type FakeAudit, generations, type Transport, until } from "./support.ts";

const streams = ({ events }: FakeAudit, role: "client" | "server") =>
	events.filter(({ type, mcp }) => type.startsWith("mcp.subscription.") && mcp?.role === role);
const told = (audit: FakeAudit, role: "client" | "server") =>
	streams(audit, role).map(({ type, subscription }) => [type, subscription]);

describe.each(["fetch", "listener", "hono"] as const)(
	"v2, 2026-07-28 over HTTP, edge.%s",
	(host) => {
		async function connected() {
			const audit = fakeAudit();
			const trail = instrumentation({ audit });
			const edge = httpEdge({ audit });
			const handler = createMcpHandler(() => {
				const server = new McpServer({ name: "desk", version: "1.0.0" });
				server.registerTool("a", {}, () => ({ content: [] }));
				return trail.server(server);
			});
			const client = trail.client(
				new Client(
					{ name: "probe", version: "2.0.0" },
					{ versionNegotiation: { mode: { pin: "2026-07-28" } } },
				),
			);
			if (host !== "listener") {
				const app = new Hono();
				app.use(edge.hono);
				app.all("/mcp", ({ req }) => handler.fetch(req.raw));
				const inside =
					host === "hono"
						? async (request: Request) => app.fetch(request)
						: edge.fetch((request: Request) => handler.fetch(request));
				const fetch = (url: string | URL, init?: RequestInit): Promise<Response> =>
					inside(new Request(url, init));
				await client.connect(
					new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), { fetch }),
				);
				return { audit, handler, client, end: () => client.close() };
			}
			const http = createServer(edge.listener(as<never>(toNodeHandler(handler))));
			await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
			const { port } = as<AddressInfo>(http.address());
			await client.connect(
				new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`)),
			);
			const end = async (): Promise<void> => {
				await client.close();
				await handler.close();
				http.closeAllConnections();
				await new Promise((resolve) => http.close(resolve));
			};
			return { audit, handler, client, end };
		}

		it("[complete.subscriptions] what is granted and carried is told on both sides; the client's leaving is a close", async () => {
			const { audit, handler, client, end } = await connected();
			const stream = await client.listen({ toolsListChanged: true });
			for (let sent = 0; sent < 3; sent++) handler.notify.toolsChanged();
			const noted = () =>
				audit.events.filter(({ mcp }) => mcp?.method === "notifications/tools/list_changed");
			await until(() => noted().length > 0, "a notification");
			await new Promise((resolve) => setTimeout(resolve, 50));
			await stream.close();
			const outcomes = (role: "client" | "server") => audit.outcomes("subscriptions/listen", role);
			await until(() => outcomes("client").length > 0 && outcomes("server").length > 0, "the ends");
			for (const role of ["client", "server"] as const) {
				const id = "listen:0";
				const topics = ["tools_list_changed"];
				expect(told(audit, role)).toEqual([
					["mcp.subscription.opened", { id, topics }],
					["mcp.subscription.closed", { id, topics, delivered: 3 }],
				]);
				expect(outcomes(role)).toHaveLength(1);
				const [request] = outcomes(role);
				expect(request).toMatchObject({
					outcome: { status: "cancelled" },
					subscription: { id, delivered: 3 },
					mcp: { request_id: id, era: "modern" },
				});
				for (const event of streams(audit, role)) {
					expect(event.target?.kind).toBe("subscription");
					expect(event.mcp?.role).toBe(role);
				}
			}
			const [opened] = streams(audit, "client");
			expect(opened?.operation?.id).toBe(outcomes("client")[0]?.operation?.id);
			await end();
		});

		it("[complete.subscriptions] a server that ends the stream has answered: no close beside it", async () => {
			const { audit, handler, client, end } = await connected();
			await client.listen({ toolsListChanged: true });
			await handler.close();
			const outcomes = (role: "client" | "server") => audit.outcomes("subscriptions/listen", role);
			await until(() => outcomes("client").length > 0 && outcomes("server").length > 0, "the ends");
			for (const role of ["client", "server"] as const) {
				expect(told(audit, role).map(([type]) => type)).toEqual(["mcp.subscription.opened"]);
				expect(outcomes(role)[0]?.outcome?.status).toBe("success");
				expect(outcomes(role)[0]?.subscription).toMatchObject({ delivered: 0 });
			}
			await end();
		});
	},
);

describe("a stream that outlives its audit", () => {
	it("[complete.subscriptions] ends with the audit at the latest, whenever its connection tells of its end", async () => {
		const events: NewEvent[] = [];
		const audit = openAudit({
			service: "desk",
			trail: memoryTrail(),
			judge: (event) => void events.push(event),
		});
		const edge = httpEdge({ audit });
		const trail = instrumentation({ audit });
		const handler = createMcpHandler(() => {
			const server = new McpServer({ name: "desk", version: "1.0.0" });
			server.registerTool("a", {}, () => ({ content: [] }));
			return trail.server(server);
		});
		const http = createServer(edge.listener(as<never>(toNodeHandler(handler))));
		await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
		const { port } = as<AddressInfo>(http.address());
		const client = new Client(
			{ name: "probe", version: "2.0.0" },
			{ versionNegotiation: { mode: { pin: "2026-07-28" } } },
		);
		await client.connect(
			new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`)),
		);
		await client.listen({ toolsListChanged: true });
		await until(() => events.some(({ type }) => type === "mcp.subscription.opened"), "the stream");
		const { lost } = await audit.close();
		await client.close();
		await handler.close();
		http.closeAllConnections();
		await new Promise((resolve) => http.close(resolve));
		expect(lost).toBe(0);
		expect(audit.health().lost).toBe(0);
		const ends = events.filter(({ mcp }) => mcp?.method === "subscriptions/listen");
		expect(ends.map(({ type }) => type)).toEqual([
			"mcp.subscription.opened",
			"mcp.request",
			"mcp.subscription.closed",
		]);
	});
});

const task = (status: string, second: number) => ({
	taskId: "t1",
	status,
	createdAt: "2026-11-20T10:15:30.000Z",
	lastUpdatedAt: `2026-11-20T10:15:3${second}.000Z`,
	ttlMs: null,
});

describe("tasks on a stream", () => {
	it("[system.events] [complete.subscriptions] what came twice or too late is counted, where the tasks say so", async () => {
		const [, sdk] = generations;
		const audit = fakeAudit();
		const trail = instrumentation({ audit });
		const client = trail.client(new sdk.Client({ name: "probe", version: "2.0.0" }));
		const server = new sdk.Server({ name: "desk", version: "1.0.0" });
		const [near, far] = sdk.pair();
		await server.connect(as(far));
		await client.connect(as(near));
		// The stream stays open: nobody answers.
		Object.assign(far, { onmessage: () => undefined });
		const wire = as<Transport>(near);
		const meta = { "io.modelcontextprotocol/subscriptionId": "s-1" };
		void wire.send({
			jsonrpc: "2.0",
			id: "s-1",
			method: "subscriptions/listen",
			params: { notifications: { taskIds: ["t1"] } },
		});
		const send = (method: string, params: object) =>
			wire.onmessage?.({ jsonrpc: "2.0", method, params: { ...params, _meta: meta } });
		send("notifications/subscriptions/acknowledged", { notifications: { taskIds: ["t1"] } });
		for (const [status, second] of [
			["working", 1],
			["input_required", 3],
			["input_required", 3],
			["working", 2],
		] as const)
			send("notifications/tasks", task(status, second));
		await client.close();
		expect(told(audit, "client").at(-1)).toEqual([
			"mcp.subscription.closed",
			{ id: "s-1", topics: ["tasks"], delivered: 4, duplicate: 1, out_of_order: 1 },
		]);
	});
});

describe.each(generations)("$name, before 2026-07-28", (sdk) => {
	it("[complete.subscriptions] a resource that is subscribed to is told, with what it carried, until it or its connection ends", async () => {
		const audit = fakeAudit();
		const trail = instrumentation({ audit });
		const server = trail.server(new sdk.Server({ name: "desk", version: "1.0.0" }));
		Object.assign(server, { fallbackRequestHandler: async () => ({}) });
		const [, far] = sdk.pair();
		await server.connect(as(far));
		const wire = as<Transport>(far);
		const ask = async (id: number, method: string, uri: string): Promise<void> => {
			wire.onmessage?.({ jsonrpc: "2.0", id, method, params: { uri } });
			await until(() => audit.events.some(({ mcp }) => mcp?.request_id === `${id}`), method);
		};
		const update = (uri: string) =>
			void wire.send({
				jsonrpc: "2.0",
				method: "notifications/resources/updated",
				params: { uri },
			});
		await ask(1, "resources/subscribe", "file:///a");
		await ask(2, "resources/subscribe", "file:///b");
		update("file:///a");
		update("file:///a");
		update("file:///c");
		await ask(3, "resources/unsubscribe", "file:///a");
		await server.close();
		const topics = ["resource_updated"];
		expect(told(audit, "server")).toEqual([
			["mcp.subscription.opened", { id: "1", topics }],
			["mcp.subscription.opened", { id: "2", topics }],
			["mcp.subscription.closed", { id: "1", topics, delivered: 2 }],
			["mcp.subscription.closed", { id: "2", topics, delivered: 0 }],
		]);
		expect(streams(audit, "server")[0]?.target).toMatchObject({
			kind: "subscription",
			uri: "file:///a",
		});
	});
});
