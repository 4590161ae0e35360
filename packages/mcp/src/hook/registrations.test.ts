import { McpServer as McpServer1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer as McpServer2 } from "@modelcontextprotocol/server";
import { describe, expect, it } from "vitest";
import { anExchange } from "../testing/exchange.ts";
import type { Entry } from "./exchanges.ts";
import type { Registrations } from "./peer.ts";
import { watchRegistrations } from "./registrations.ts";

/** A call of a tool that has been answered, and whose callback was not seen. */
function called(name: string): Entry {
	const exchange = anExchange({ params: { name } });
	return {
		exchange,
		observations: [],
		entered: false,
		threw: false,
		signal: undefined,
		held: false,
		gone: false,
		noted: undefined,
		token: undefined,
		answer: undefined,
		body: undefined,
	};
}

const said = (of: Registrations, name: string) => ({
	entered: of.entered(called(name)),
	known: of.known(called(name)),
});

const watch = (server: McpServer1 | McpServer2): Registrations =>
	watchRegistrations(server, server.server, () => undefined);

const answer = { content: [] };
const info = { name: "tickets", version: "1.0.0" };

function ofV1() {
	const server = new McpServer1(info);
	const add = (name: string): unknown => server.registerTool(name, {}, () => answer);
	return { server, add };
}

function ofV2() {
	const server = new McpServer2(info);
	const add = (name: string): unknown => server.registerTool(name, {}, () => answer);
	return { server, add };
}

describe.each([
	["v1", ofV1],
	["v2", ofV2],
])("registrations of %s", (_, make) => {
	it("knows every tool of a server that had none before", () => {
		const { server, add } = make();
		const registrations = watch(server);
		add("seen");
		expect(said(registrations, "seen")).toEqual({ entered: false, known: true });
		expect(said(registrations, "missing")).toEqual({ entered: false, known: false });
	});

	it("claims nothing of tools that were registered before", () => {
		const { server, add } = make();
		add("before");
		const registrations = watch(server);
		expect(said(registrations, "before")).toEqual({ entered: undefined, known: undefined });
	});
});

it("asks by the public assertion where a server keeps its handlers otherwise", () => {
	const low = {
		assertCanSetRequestHandler(method: string) {
			if (method === "tools/call") throw new Error("there is one already");
		},
	};
	const server = { server: low };
	const taken = watchRegistrations(server, low, () => undefined);
	expect(said(taken, "any").known).toBeUndefined();
	const free = { assertCanSetRequestHandler: () => undefined };
	const fresh = watchRegistrations({ server: free }, free, () => undefined);
	expect(said(fresh, "any").known).toBe(false);
});
