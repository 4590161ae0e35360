import { instrumentation } from "@mcp-trail/mcp";
import { describe, expect, it } from "vitest";
import { echoing } from "./http-pair.ts";
import { as, fakeAudit, generations, until } from "./support.ts";

const info = { name: "probe", version: "1.0.0" };

describe.each(generations)("$name", (generation) => {
	/** A server whose tool answers when it is told to, and a client that is connected with it. */
	function world() {
		const server = new generation.McpServer(info);
		const client = new generation.Client(info);
		const waiting: (() => void)[] = [];
		server.registerTool("wait", {}, async () => {
			await new Promise<void>((resolve) => void waiting.push(resolve));
			return { content: [] };
		});
		const call = (): Promise<unknown> => generation.callTool(client, { name: "wait" });
		const connect = async (): Promise<void> => {
			const [near, far] = generation.pair();
			await server.connect(as(far));
			await client.connect(as(near));
		};
		const answer = async (): Promise<void> => {
			await until(() => waiting.length > 0, "the call");
			waiting.pop()?.();
		};
		/** Connects, and says what ends with a call that the tool has taken but not answered. */
		const underWay = async () => {
			await connect();
			const called = call();
			await until(() => waiting.length > 0, "the call");
			const answered = async (): Promise<void> => {
				await answer();
				await called;
			};
			return { answered };
		};
		return { server, client, call, answer, underWay };
	}

	it("[complete.late] takes no answer to a request that was under way before for one that nobody asked for", async () => {
		const { server, client, call, answer, underWay } = world();
		const audit = fakeAudit();
		const called = await underWay();
		const trail = instrumentation({ audit, onWarning: () => undefined });
		trail.server(server);
		trail.client(client);
		await called.answered();
		const next = call();
		await answer();
		await next;
		await client.close();
		expect(audit.events.filter(({ type }) => type === "mcp.message.unmatched")).toEqual([]);
		expect(audit.outcomes("tools/call")).toHaveLength(2);
	});

	it("[complete.late] tells an audit that joins later of the connection, too", async () => {
		const { server, client, call, answer, underWay } = world();
		const [first, later] = [fakeAudit(), fakeAudit()];
		instrumentation({ audit: first }).server(server);
		const called = await underWay();
		instrumentation({ audit: later }).server(server);
		await called.answered();
		const next = call();
		await answer();
		await next;
		await client.close();
		const types = later.events.map(({ type }) => type);
		expect(types).toEqual(["mcp.connection.opened", "mcp.request", "mcp.connection.closed"]);
	});

	it("[complete.two_audits] keeps calls within a handler in the operation of each audit's own event", async () => {
		const audits = [fakeAudit(undefined, "k1"), fakeAudit(undefined, "k2")] as const;
		const inner = echoing(generation);
		const relay = new generation.Client(info);
		const outer = new generation.McpServer(info);
		const client = new generation.Client(info);
		outer.registerTool("relay", {}, async () => {
			await generation.callTool(relay, { name: "echo", arguments: { text: "hi" } });
			return { content: [] };
		});
		for (const audit of audits) {
			const trail = instrumentation({ audit });
			trail.server(outer);
			trail.client(relay);
		}
		const [a, b] = generation.pair();
		const [c, d] = generation.pair();
		await as<InstanceType<typeof generation.McpServer>>(inner).connect(as(b));
		await relay.connect(as(a));
		await outer.connect(as(d));
		await client.connect(as(c));
		await generation.callTool(client, { name: "relay" });
		await client.close();
		await relay.close();
		for (const audit of audits) {
			const [asked] = audit.outcomes("tools/call", "server");
			const [sent] = audit.outcomes("tools/call", "client");
			expect(sent?.operation?.id).toBe(asked?.operation?.id);
			expect(sent?.operation?.parent_event_id).toBe(asked?.id);
			expect(asked?.operation?.id).toBeDefined();
		}
	});
});

it("[safe.misuse] takes a member that is undefined for one that is not there", () => {
	const config: object = { audit: false, auditt: undefined };
	expect(() => instrumentation(config)).not.toThrow();
});

/** As much of a client as is hooked, and of an HTTP transport. */
const peer = (): { connect(transport: object): Promise<void> } => ({
	connect: () => Promise.resolve(),
});

class HttpTransport {
	readonly _url = new URL("https://mcp.example.com/mcp");
	readonly _fetch: unknown = undefined;
	readonly _fetchWithInit: unknown = (): Promise<Response> =>
		Promise.resolve(Response.json({ access_token: "t", token_type: "bearer" }));
	send(): Promise<void> {
		return Promise.resolve();
	}
}

it("[complete.late] watches what a transport fetches that a client without an audit has used before", async () => {
	const audit = fakeAudit();
	const transport = new HttpTransport();
	await instrumentation({ audit: false }).client(peer()).connect(transport);
	await instrumentation({ audit }).client(peer()).connect(transport);
	const fetch = as<(url: string, init: RequestInit) => Promise<Response>>(
		Reflect.get(transport, "_fetchWithInit"),
	);
	const body = new URLSearchParams({ grant_type: "client_credentials", client_id: "desk" });
	await fetch("https://auth.example.com/token", { method: "POST", body });
	await until(() => audit.events.length > 0, "the exchange of a token");
	expect(audit.events[0]?.authorization?.grant).toBe("client_credentials");
});
