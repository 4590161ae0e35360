import { instrumentation } from "@mcp-trail/mcp";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { as, fakeAudit, generations, modern, type Generation } from "./support.ts";

interface Verbs {
	connect(transport: object): Promise<void>;
	listTools(...args: unknown[]): Promise<{ readonly tools: readonly unknown[] }>;
	callTool(...args: unknown[]): Promise<unknown>;
	getPrompt(...args: unknown[]): Promise<unknown>;
	readResource(...args: unknown[]): Promise<unknown>;
	close(): Promise<void>;
}

const close: (() => Promise<void>)[] = [];
afterEach(async () => {
	for (const one of close.splice(0)) await one();
});

const tools = [
	{
		name: "forecast",
		inputSchema: { type: "object" },
		outputSchema: {
			type: "object",
			properties: { celsius: { type: "number" } },
			required: ["celsius"],
		},
	},
	{ name: "echo", inputSchema: { type: "object" } },
];

/** What the next forecasts say; then, and after them, what no schema allows. */
const forecasts: unknown[] = [];

/** Answers by the tool's name; the low-level server checks no output. */
function answering({ name, Server }: Generation): object {
	const server = new Server({ name: "desk", version: "1.0.0" }, { capabilities: { tools: {} } });
	const register = (method: string, handler: (request: { params?: unknown }) => unknown): void => {
		const schema = z.object({ method: z.literal(method), params: z.looseObject({}).optional() });
		Reflect.apply(as(Reflect.get(server, "setRequestHandler")), server, [
			name === "v1" ? schema : method,
			handler,
		]);
	};
	register("tools/list", () => ({ tools, ttlMs: 60_000, cacheScope: "private" }));
	register("tools/call", ({ params }) => {
		const tool = as<{ name: string }>(params).name;
		if (tool === "forecast")
			return { content: [], structuredContent: { celsius: forecasts.shift() ?? "warm" } };
		if (tool === "broken") throw Object.assign(new Error("no"), { code: -32603 });
		return { content: [{ type: "text", text: "hi" }] };
	});
	return server;
}

async function inMemory(generation: Generation): Promise<object> {
	const [near, far] = generation.pair();
	await as<Verbs>(answering(generation)).connect(far);
	return near;
}

function perRequest(): object {
	const handler = createMcpHandler(() => as(answering(modern)));
	return new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), {
		fetch: (url, init) => handler.fetch(new Request(url, init)),
	});
}

async function paired(generation: Generation, options: object = {}, isInstrumented = true) {
	const audit = fakeAudit();
	const warnings: unknown[] = [];
	const near = generation.name === modern.name ? perRequest() : await inMemory(generation);
	const bare = new generation.Client({ name: "probe", version: "1" }, as(options));
	const client = as<Verbs>(
		isInstrumented
			? instrumentation({ audit, onWarning: (warning) => warnings.push(warning) }).client(bare)
			: bare,
	);
	await client.connect(near);
	close.push(() => client.close());
	const local = () => audit.events.filter(({ mcp }) => mcp?.local === true);
	return { audit, client, local, warnings };
}

const failing = (call: () => Promise<unknown>): Promise<unknown> =>
	call().then(
		() => {
			throw new Error("it did not fail");
		},
		(error: unknown) => error,
	);

describe.each([...generations, modern])("$name", (generation) => {
	it("[complete.local_calls] tells of a result that the client rejects itself, beside the request it answered", async () => {
		const { audit, client, local, warnings } = await paired(generation);
		await client.listTools();
		const params = { name: "forecast", arguments: {} };
		const error = await failing(() => client.callTool(params));
		expect(error).toMatchObject({ code: -32602 });
		const [wire, logical, ...more] = audit.outcomes("tools/call");
		expect(more).toEqual([]);
		expect(wire?.outcome).toMatchObject({ status: "success" });
		expect(wire?.mcp?.local).toBeUndefined();
		expect(logical?.outcome).toEqual({
			status: "rejected",
			layer: "protocol",
			reason: "invalid_result",
			executed: "yes",
		});
		expect(logical?.mcp).toMatchObject({ local: true, request_id: wire?.mcp?.request_id });
		expect(logical?.operation?.id).toBe(wire?.operation?.id);
		expect(logical?.target?.name).toBe("forecast");
		expect(local()).toHaveLength(1);
		expect(warnings).toEqual([]);
	});

	it.each(["first", "second"] as const)(
		"[complete.local_calls] of two calls at once with the same parameters it tells of the %s, whose result was rejected",
		async (which) => {
			const { audit, client } = await paired(generation);
			await client.listTools();
			const isBad = which === "first" ? [true, false] : [false, true];
			forecasts.push(...isBad.map((bad) => (bad ? "warm" : 21)));
			const params = { name: "forecast", arguments: {} };
			const ended = await Promise.allSettled([client.callTool(params), client.callTool(params)]);
			expect(ended.map(({ status }) => status === "rejected")).toEqual(isBad);
			const [one, two] = audit.outcomes("tools/call").filter(({ mcp }) => mcp?.local !== true);
			const wrong = which === "first" ? one : two;
			const rejected = audit.events.filter(({ mcp }) => mcp?.local === true);
			expect(rejected.map(({ mcp, operation }) => [mcp?.request_id, operation?.id])).toEqual([
				[wrong?.mcp?.request_id, wrong?.operation?.id],
			]);
			expect(one?.operation?.id).not.toBe(two?.operation?.id);
		},
	);

	it("[complete.local_calls] tells of a call that never left, and why", async () => {
		const { audit, client, local } = await paired(generation, { enforceStrictCapabilities: true });
		await failing(() => client.getPrompt({ name: "greeting" }));
		expect(local().map(({ mcp, outcome }) => [mcp?.method, outcome])).toEqual([
			[
				"prompts/get",
				{ status: "rejected", layer: "protocol", reason: "missing_capability", executed: "no" },
			],
		]);
		expect(local()[0]?.target).toMatchObject({ kind: "prompt", name: "greeting" });
		await client.close();
		await failing(() => client.callTool({ name: "echo", arguments: {} }));
		expect(local()[1]?.outcome).toEqual({
			status: "rejected",
			layer: "transport",
			reason: "connection_closed",
			executed: "no",
		});
		expect(audit.outcomes("tools/call")).toHaveLength(1);
	});

	it("[complete.local_calls] tells nothing twice that the wire has told", async () => {
		const { client, local, audit } = await paired(generation);
		await client.listTools();
		await client.callTool({ name: "echo", arguments: {} });
		await failing(() => client.callTool({ name: "broken", arguments: {} }));
		await failing(() => client.readResource({ uri: "file:///nowhere" }));
		expect(local()).toEqual([]);
		const methods = audit.events
			.filter(({ phase }) => phase === "outcome")
			.map(({ mcp }) => mcp?.method);
		expect(methods).toEqual([
			generation.name === modern.name ? "server/discover" : "initialize",
			"tools/list",
			"tools/call",
			"tools/call",
			"resources/read",
		]);
	});

	it("[complete.local_calls] takes no answer that a subclass copies for one that never left", async () => {
		class Copying extends generation.Client {
			override async callTool(...args: unknown[]): Promise<never> {
				const answer: object = as(await super.callTool(...as<[never]>(args)));
				return as({ ...answer });
			}
			override async listTools(...args: unknown[]): Promise<never> {
				const answer: object = as(await super.listTools(...as<[never]>(args)));
				return as({ ...answer });
			}
		}
		const copying: Generation = { ...generation, Client: as(Copying) };
		const { client, local, audit } = await paired(copying);
		await client.listTools();
		await client.callTool({ name: "echo", arguments: {} });
		expect(local()).toEqual([]);
		expect(audit.outcomes("tools/call")).toHaveLength(1);
	});

	it("[transparent.local_calls] hands on results, errors, arguments and unhandled failures as they are", async () => {
		const seen: unknown[][] = [];
		const { client } = await paired(generation);
		const bare = await paired(generation, {}, false);
		const params = { name: "echo", arguments: {} };
		const request = Reflect.get(client, "request");
		Object.assign(client, {
			request(this: unknown, ...args: unknown[]) {
				seen.push([this, ...args]);
				return Reflect.apply(request, this, args);
			},
		});
		const promise = client.callTool(params);
		expect(promise).toBeInstanceOf(Promise);
		expect(Object.getPrototypeOf(promise)).toBe(Promise.prototype);
		expect(await promise).toEqual(await bare.client.callTool(params));
		expect(seen[0]?.[0]).toBe(client);
		expect(Reflect.get(as<object>(seen[0]?.[1]), "params")).toBe(params);
		const [ours, theirs] = await Promise.all(
			[client, bare.client].map((one) =>
				failing(() => one.callTool({ name: "broken", arguments: {} })),
			),
		);
		expect(Object.getPrototypeOf(ours)).toBe(Object.getPrototypeOf(theirs));
		expect(String(ours)).toBe(String(theirs));
		const unhandled: unknown[] = [];
		const before = process.listeners("unhandledRejection");
		process.removeAllListeners("unhandledRejection");
		process.on("unhandledRejection", (error) => unhandled.push(error));
		void client.callTool({ name: "broken", arguments: {} });
		await new Promise((resolve) => setTimeout(resolve, 20));
		process.removeAllListeners("unhandledRejection");
		for (const listener of before) process.on("unhandledRejection", listener);
		expect(unhandled).toHaveLength(1);
	});
});

it.each([generations[1], modern])(
	"[complete.local_calls] $name: tells of an answer from the client's own cache",
	async (generation) => {
		const { client, local, audit } = await paired(generation, { defaultCacheTtlMs: 60_000 });
		const [first, second] = [await client.listTools(), await client.listTools()];
		expect(second).toEqual(first);
		expect(audit.outcomes("tools/list").map(({ mcp }) => mcp?.local)).toEqual([undefined, true]);
		expect(local()[0]?.outcome).toEqual({ status: "success", executed: "no" });
		expect(local()[0]?.mcp?.request_id).toBeUndefined();
	},
);
