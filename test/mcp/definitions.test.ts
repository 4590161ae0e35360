import { instrumentation, type Instrumentation } from "@mcp-trail/mcp";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { describe, expect, it } from "vitest";
import { as, fakeAudit, type FakeAudit, generations, type Generation, until } from "./support.ts";

const told = ({ events }: FakeAudit, role: "client" | "server") =>
	events.filter(({ type, mcp }) => type === "mcp.definition.changed" && mcp?.role === role);

/** Two connections of one line each: a server whose tools come and go, and a client that lists them. */
async function lines(sdk: Generation) {
	const audit = fakeAudit();
	const trail = instrumentation({ audit });
	const server = trail.server(new sdk.McpServer({ name: "desk", version: "1.0.0" }));
	const answer = as<never>(() => ({ content: [] }));
	const read = server.registerTool("read", { description: "reads" }, answer);
	const send = server.registerTool("send", { description: "sends mail" }, answer);
	const client = trail.client(new sdk.Client({ name: "probe", version: "2.0.0" }));
	const [near, far] = sdk.pair();
	await server.connect(as(far));
	await client.connect(as(near));
	return { audit, server, client, read, send };
}

describe.each(generations)("$name: definitions over time", (sdk) => {
	it("[complete.definition_changes] [wire.field_reintroduced] are told on both sides, and what was hidden is not forgotten", async () => {
		const { audit, client, read, send } = await lines(sdk);
		await client.listTools();
		expect(told(audit, "client")).toEqual([]);
		send.disable();
		await client.listTools();
		send.update({ description: "sends mail, to us too" });
		send.enable();
		await client.listTools();
		read.update({ title: "Read" });
		await client.listTools();
		await client.listTools();
		for (const role of ["client", "server"] as const) {
			const changes = told(audit, role);
			expect(
				changes.map(({ definition, target, severity }) => [
					definition?.change,
					target?.name,
					definition?.material,
					definition?.fields,
					severity,
				]),
			).toEqual([
				["removed", "send", undefined, undefined, "medium"],
				["reintroduced", "send", true, ["description"], "medium"],
				["changed", "read", false, ["title"], "medium"],
			]);
			const [removed, back] = changes;
			expect(back?.definition?.previous_digest).toBe(removed?.definition?.previous_digest);
			const lists = audit.outcomes("tools/list", role);
			expect(removed?.definition?.list_digest).toBe(lists[1]?.definition?.list_digest);
			expect(removed?.target).toMatchObject({ kind: "tool", server: { name: "desk" } });
			expect(removed?.operation?.id).toBe(lists[1]?.operation?.id);
		}
		const notices = audit.events.filter(
			({ type, mcp }) =>
				type === "mcp.notification" && mcp?.method === "notifications/tools/list_changed",
		);
		expect(notices.length).toBeGreaterThan(0);
	});
});

const read = (server: McpServer): void => {
	server.registerTool("a", {}, () => ({ content: [] }));
};

/** A modern server at a URL, made anew for every request. */
async function modern(
	trail: Instrumentation,
	url: string,
	build: (server: McpServer) => void,
): Promise<Client> {
	const handler = createMcpHandler(() => {
		const server = new McpServer({ name: "desk", version: "1.0.0" });
		build(server);
		return server;
	});
	const fetch = (at: string | URL, init?: RequestInit): Promise<Response> =>
		handler.fetch(new Request(at, init));
	const client = trail.client(
		new Client(
			{ name: "probe", version: "2.0.0" },
			{ versionNegotiation: { mode: { pin: "2026-07-28" } } },
		),
	);
	await client.connect(new StreamableHTTPClientTransport(new URL(url), { fetch }));
	return client;
}

describe("v2, 2026-07-28: definitions and discovery over HTTP", () => {
	it("[complete.definition_changes] outlive a client's connection, and name the server that has the same tool", async () => {
		const audit = fakeAudit();
		const trail = instrumentation({ audit });
		let description = "reads";
		const build = (server: McpServer): void => {
			server.registerTool("read", { description }, () => ({ content: [] }));
		};
		const first = await modern(trail, "https://one.example/mcp", build);
		await first.listTools();
		await first.close();
		description = "reads, and tells";
		const again = await modern(trail, "https://one.example/mcp", build);
		await again.listTools();
		const other = await modern(trail, "https://two.example/mcp", build);
		await other.listTools();
		expect(
			told(audit, "client").map(({ definition, target }) => [target?.server?.id, definition]),
		).toEqual([
			[
				"https://one.example",
				expect.objectContaining({ change: "changed", material: true, fields: ["description"] }),
			],
			[
				"https://two.example",
				expect.objectContaining({ change: "added", collides_with: ["https://one.example"] }),
			],
		]);
	});

	it("[system.discovery] [complete.discovery] each discover result is told, with what was said before where it changed", async () => {
		const audit = fakeAudit();
		const trail = instrumentation({ audit });
		const url = "https://one.example/mcp";
		for (const build of [read, read, () => undefined]) {
			const client = await modern(trail, url, build);
			await client.close();
		}
		const reads = audit.events.filter(({ type }) => type === "mcp.discovery.read");
		expect(reads.map(({ discovery }) => [discovery?.source, discovery?.url])).toEqual(
			Array.from({ length: 3 }, () => ["discover", "https://one.example"]),
		);
		const [one, two, three] = reads.map(({ discovery }) => discovery);
		expect(two?.digest).toBe(one?.digest);
		expect(two).not.toHaveProperty("previous_digest");
		expect(three?.previous_digest).toBe(one?.digest);
		expect(reads[0]?.outcome?.status).toBe("success");
	});
});

it("[complete.definition_changes] the list of one person is not held against another's, whoever says who they are", async () => {
	const audit = fakeAudit();
	let who = "ann";
	const trail = instrumentation({
		audit,
		identify: () => ({ id: who, issuer: "https://idp.example" }),
	});
	const [sdk] = generations;
	const server = trail.server(new sdk.Server({ name: "desk", version: "1.0.0" }));
	Object.assign(server, {
		fallbackRequestHandler: async () => ({
			tools: [{ name: `of_${who}`, inputSchema: { type: "object" } }],
		}),
	});
	const [, far] = sdk.pair();
	await server.connect(as(far));
	for (const [id, person] of ["ann", "bob", "ann", "bob"].entries()) {
		who = person;
		far.onmessage?.({ jsonrpc: "2.0", id, method: "tools/list", params: {} });
		await until(() => audit.outcomes("tools/list").length > id, "a list");
	}
	expect(told(audit, "server")).toEqual([]);
});

/** A server at a URL that shows each token something else, and takes the tokens it is told to. */
function byToken(trail: Instrumentation) {
	const shown = new Map<string, readonly (readonly [name: string, description: string])[]>();
	const serve = async (at: string | URL, init?: RequestInit): Promise<Response> => {
		if (String(at).endsWith("/token"))
			return Response.json({
				access_token: new URLSearchParams(as<string>(init?.body)).get("scope"),
			});
		const token = new Headers(init?.headers).get("authorization")?.slice(7) ?? "";
		const tools = shown.get(token);
		if (tools === undefined) return new Response(null, { status: 401 });
		const handler = createMcpHandler(() => {
			const server = new McpServer({ name: "desk", version: "1.0.0" });
			for (const [name, description] of tools)
				server.registerTool(name, { description }, () => ({ content: [] }));
			return server;
		});
		return handler.fetch(new Request(at, init));
	};
	/** A client whose transport sends the token that is current, and the next one where that is refused. */
	const join = async (...tokens: string[]) => {
		const client = trail.client(
			new Client(
				{ name: "probe", version: "2.0.0" },
				{ versionNegotiation: { mode: { pin: "2026-07-28" } } },
			),
		);
		const authProvider = {
			token: () => Promise.resolve(tokens[0]),
			onUnauthorized: () => Promise.resolve(void tokens.shift()),
		};
		const url = new URL("https://one.example/mcp");
		const transport = new StreamableHTTPClientTransport(url, { fetch: serve, authProvider });
		await client.connect(transport);
		return { client, transport, tokens };
	};
	return { shown, serve, join };
}

/** The form of a token request; the server of {@link byToken} gives out what it is asked for as scope. */
const asking = (grant: string, token: string): RequestInit => ({
	method: "POST",
	headers: { "content-type": "application/x-www-form-urlencoded" },
	body: `grant_type=${grant}&client_id=desk&scope=${token}`,
});

const names = (audit: FakeAudit) =>
	told(audit, "client").map(({ definition, target }) => [definition?.change, target?.name]);

describe("[honest.lists_by_token] definitions that one client process lists with several tokens", () => {
	it("are not held against each other", async () => {
		const audit = fakeAudit();
		const { shown, join } = byToken(instrumentation({ audit }));
		shown.set("root", [
			["read", "for root"],
			["admin", "administers"],
		]);
		shown.set("guest", [["read", "for guests"]]);
		const root = await join("root");
		const guest = await join("guest");
		for (const { client } of [root, guest, root, guest]) await client.listTools();
		expect(names(audit)).toEqual([]);
		shown.set("guest", [["read", "for guests, and tells"]]);
		await guest.client.listTools();
		expect(names(audit)).toEqual([["changed", "read"]]);
	});

	it("are where a refused request went on with the next token", async () => {
		const audit = fakeAudit();
		const { shown, join } = byToken(instrumentation({ audit }));
		shown.set("first", [["read", "reads"]]);
		const { client } = await join("first", "second");
		await client.listTools();
		shown.delete("first");
		shown.set("second", [["read", "reads, and tells"]]);
		await client.listTools();
		expect(names(audit)).toEqual([["changed", "read"]]);
	});

	it("are where a transport renewed its token", async () => {
		const audit = fakeAudit();
		const { shown, join } = byToken(instrumentation({ audit }));
		shown.set("first", [["read", "reads"]]);
		shown.set("second", [["read", "reads, and tells"]]);
		const { client, transport, tokens } = await join("first", "second");
		await client.listTools();
		const { _fetchWithInit: renew } = as<{ _fetchWithInit: typeof fetch }>(transport);
		await (await renew("https://idp.example/token", asking("refresh_token", "second"))).json();
		tokens.shift();
		await client.listTools();
		expect(names(audit)).toEqual([["changed", "read"]]);
	});

	it("are where both tokens are a client's own, whichever connection sends them", async () => {
		const audit = fakeAudit();
		const trail = instrumentation({ audit });
		const { shown, serve, join } = byToken(trail);
		const idp = trail.fetch(serve);
		for (const [token, description] of [
			["first", "reads"],
			["second", "reads, and tells"],
		] as const) {
			shown.set(token, [["read", description]]);
			await (await idp("https://idp.example/token", asking("client_credentials", token))).json();
			const { client } = await join(token);
			await client.listTools();
		}
		expect(names(audit)).toEqual([["changed", "read"]]);
	});
});
