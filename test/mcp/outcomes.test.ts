import { instrumentClient, instrumentServer } from "@mcp-trail/mcp";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { as, fakeAudit, generations, type Generation, until } from "./support.ts";

/** A client and a server over a pair in memory, both instrumented with one audit. */
async function connected(sdk: Generation, options: { instrumentLate?: boolean } = {}) {
	const audit = fakeAudit();
	const server = new sdk.McpServer({ name: "desk", version: "1.0.0" });
	const client = new sdk.Client({ name: "probe", version: "2.0.0" });
	if (!options.instrumentLate) instrumentServer(server, { audit });
	const entered: string[] = [];
	const add = (name: string, run: () => unknown) =>
		server.registerTool(
			name,
			as({ inputSchema: z.object({ text: z.string() }) }),
			as(async () => {
				entered.push(name);
				return run();
			}),
		);
	add("ok", () => ({ content: [{ type: "text", text: "fine" }] }));
	add("failing", () => ({ content: [{ type: "text", text: "no" }], isError: true }));
	add("throwing", () => {
		throw new Error("broken");
	});
	add("faking", () => ({
		content: [{ type: "text", text: "MCP error -32602: Tool faking not found" }],
		isError: true,
	}));
	add("hanging", () => new Promise(() => {}));
	if (options.instrumentLate) instrumentServer(server, { audit });
	instrumentClient(client, { audit });
	const [a, b] = sdk.pair();
	await server.connect(as(b));
	await client.connect(as(a));
	const call = (name: string, args: Record<string, unknown> = { text: "hi" }, extra?: object) =>
		sdk.callTool(client, { name, arguments: args }, extra).catch((error: unknown) => error);
	const last = (role: "client" | "server") => {
		const [event, ...more] = audit.outcomes("tools/call", role);
		expect(more).toEqual([]);
		return event;
	};
	return { audit, server, client, call, last, entered, a, b };
}

describe.each(generations)("$name in memory", (sdk) => {
	it("[complete.answered] records a success once on each side", async () => {
		const { audit, call, last } = await connected(sdk);
		await call("ok");
		expect(last("server")?.outcome).toEqual({
			status: "success",
			executed: "yes",
		});
		expect(last("client")?.outcome).toEqual({ status: "success", executed: "yes" });
		expect(last("client")?.request?.digest).toBe(last("server")?.request?.digest);
		expect(last("client")?.response?.digest).toBe(last("server")?.response?.digest);
		expect(last("client")?.operation?.id).toBe(last("server")?.operation?.id);
		expect(last("server")?.trace?.parent_span_id).toBe(last("client")?.trace?.span_id);
		expect(audit.outcomes("initialize")).toHaveLength(2);
	});

	it.each([
		["failing", "tool_error"],
		["throwing", "handler_threw"],
		["faking", "tool_error"],
	])("[honest.executed] %s is a failure that was executed", async (tool, reason) => {
		const { call, last } = await connected(sdk);
		await call(tool);
		expect(last("server")?.outcome).toEqual({
			status: "failure",
			layer: "handler",
			reason,
			executed: "yes",
			tool_error: true,
		});
		expect(last("client")?.outcome).toEqual({
			status: "failure",
			layer: "handler",
			reason: "tool_error",
			executed: "unknown",
			tool_error: true,
		});
	});

	it("[honest.rejected] arguments refused by the SDK were not executed", async () => {
		const { call, last, entered } = await connected(sdk);
		await call("ok", { text: 5 });
		expect(entered).toEqual([]);
		expect(last("server")?.outcome).toEqual({
			status: "rejected",
			layer: "protocol",
			reason: "invalid_arguments",
			executed: "no",
			tool_error: true,
		});
	});

	it("[honest.unknown_tool] an unknown tool is rejected in both generations", async () => {
		const { call, last } = await connected(sdk);
		await call("nosuch");
		expect(last("server")?.outcome).toMatchObject({
			status: "rejected",
			layer: "protocol",
			reason: "unknown_tool",
			executed: "no",
		});
		expect(last("server")?.target).toMatchObject({ kind: "tool", name: "nosuch", known: false });
	});

	it("tools registered before instrumenting are not known to have been entered", async () => {
		const { call, last } = await connected(sdk, { instrumentLate: true });
		await call("ok", { text: 5 });
		expect(last("server")?.outcome).toMatchObject({
			status: "failure",
			reason: "tool_error",
			executed: "unknown",
		});
	});

	it("an unknown method is rejected", async () => {
		const { client, audit } = await connected(sdk);
		await client.request(as({ method: "no/such" }), as<never>(z.object({}))).catch(() => {});
		for (const role of ["client", "server"] as const)
			expect(audit.outcomes("no/such", role)[0]?.outcome).toEqual({
				status: "rejected",
				layer: "protocol",
				reason: "unknown_method",
				executed: "no",
				rpc_code: -32601,
			});
	});

	it("[complete.caller_deadline] a deadline that the caller sets with a signal is a timeout, too", async () => {
		const { audit, call, entered } = await connected(sdk);
		const own = new AbortController();
		await call("hanging", { text: "hi" }, { signal: AbortSignal.timeout(20) });
		await call(
			"hanging",
			{ text: "hi" },
			{ signal: AbortSignal.any([own.signal, AbortSignal.timeout(20)]) },
		);
		const calling = call("hanging", { text: "hi" }, { signal: own.signal });
		await until(() => entered.length === 3);
		own.abort(new Error("TimeoutError"));
		await calling;
		expect(audit.outcomes("tools/call", "client").map(({ outcome }) => outcome?.status)).toEqual([
			"timeout",
			"timeout",
			"cancelled",
		]);
	});

	it("a timeout is told from a cancellation without reading text", async () => {
		const { call, audit, entered } = await connected(sdk);
		await call("hanging", undefined, { timeout: 20 });
		const stop = new AbortController();
		const calling = call("hanging", undefined, { signal: stop.signal });
		await until(() => entered.length === 2);
		stop.abort("Error: Request timed out");
		await calling;
		expect(audit.outcomes("tools/call", "client").map(({ outcome }) => outcome)).toEqual([
			{ status: "timeout", reason: "request_timeout", executed: "unknown" },
			{ status: "cancelled", reason: "cancelled_by_caller", executed: "unknown" },
		]);
		expect(audit.outcomes("tools/call", "server").map(({ outcome }) => outcome)).toEqual([
			{ status: "cancelled", reason: "cancelled_by_caller", executed: "yes" },
			{ status: "cancelled", reason: "cancelled_by_caller", executed: "yes" },
		]);
	});

	it("what is open when the connection closes is unknown", async () => {
		const { call, last, entered, server } = await connected(sdk);
		const calling = call("hanging");
		await until(() => entered.length === 1);
		await server.close();
		await calling;
		expect(last("server")?.outcome).toEqual({
			status: "unknown",
			layer: "transport",
			reason: "connection_closed",
			executed: "yes",
		});
		expect(last("client")?.outcome).toEqual({
			status: "unknown",
			layer: "transport",
			reason: "connection_closed",
			executed: "unknown",
		});
	});
});
