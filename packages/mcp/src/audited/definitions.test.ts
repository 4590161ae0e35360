import { describe, expect, it } from "vitest";
import type { AuthFacts } from "../credentials.ts";
import type { Connection } from "../peer-connection.ts";
import type { Exchange } from "../observer.ts";
import { aConnection, anExchange } from "../testing/exchange.ts";
import { definitions } from "./definitions.ts";

const connection = (role: "client" | "server", name?: string): Connection =>
	aConnection({ role, ...(name !== undefined && { server: () => ({ name }) }) });

const exchange = (over: Connection, auth?: Partial<AuthFacts>, cursor?: string): Exchange =>
	anExchange({
		connection: over,
		inbound: over.role === "server",
		method: "tools/list",
		params: cursor === undefined ? undefined : { cursor },
		auth: auth && { scopes: [], claims: {}, ...auth },
		startMs: now,
	});

let now = 1_000_000_000_000;
const tool = (name: string, more: object = {}) => ({ name, inputSchema: {}, ...more });
const ann: Partial<AuthFacts> = { claims: { iss: "i", sub: "ann" } };
const bob: Partial<AuthFacts> = { claims: { iss: "i", sub: "bob" } };

function memory() {
	const known = definitions(() => now);
	const learn = (at: Exchange, names: readonly string[], more: object = {}) =>
		known.learn(at, "tool", { tools: names.map((name) => tool(name)), ...more }, "tools");
	const look = (at: Exchange, name: string) => known.look(at, "tool", name).known;
	return { known, learn, look };
}

describe("what was learned from lists", () => {
	it("[private.lists] is not shared between principals, unless the list is public", () => {
		const { learn, look } = memory();
		const server = connection("server", "s");
		learn(exchange(server, ann), ["a"]);
		expect(look(exchange(server, ann), "a")).toBe(true);
		expect(look(exchange(server, bob), "a")).toBeUndefined();
		expect(look(exchange(server), "a")).toBeUndefined();
		learn(exchange(server, ann), ["p"], { cacheScope: "public" });
		expect(look(exchange(server, bob), "p")).toBe(true);
		expect(look(exchange(server, bob), "a")).toBe(false);
	});

	it("is kept apart for two servers, and for two connections that give the same name", () => {
		const { learn, look } = memory();
		learn(exchange(connection("server", "one")), ["a"]);
		expect(look(exchange(connection("server", "two")), "a")).toBeUndefined();
		const client = connection("client", "one");
		learn(exchange(client), ["c"]);
		expect(look(exchange(client), "c")).toBe(true);
		expect(look(exchange(connection("client", "one")), "c")).toBeUndefined();
	});

	it("serves a server that has not said its name only while there is no other", () => {
		const { learn, look } = memory();
		learn(exchange(connection("server", "one")), ["a"]);
		expect(look(exchange(connection("server")), "a")).toBe(true);
		learn(exchange(connection("server", "two")), ["b"]);
		expect(look(exchange(connection("server")), "a")).toBeUndefined();
		expect(learn(exchange(connection("server")), ["c"])).toMatchObject({ size: 1 });
	});

	it("says that a name is unknown only after all pages", () => {
		const { learn, look } = memory();
		const server = connection("server", "s");
		learn(exchange(server), ["a"], { nextCursor: "2" });
		expect(look(exchange(server), "z")).toBeUndefined();
		learn(exchange(server, undefined, "2"), ["b"]);
		expect(look(exchange(server), "a")).toBe(true);
		expect(look(exchange(server), "b")).toBe(true);
		expect(look(exchange(server), "z")).toBe(false);
		learn(exchange(server), ["b"]);
		expect(look(exchange(server), "a")).toBe(false);
	});

	it("says it not where two callers read pages in between each other, and one saw not all", () => {
		const { learn, look } = memory();
		const server = connection("server", "s");
		const ask = (cursor: string | undefined, names: readonly string[], next?: string): void =>
			void learn(
				exchange(server, ann, cursor),
				names,
				next === undefined ? {} : { nextCursor: next },
			);
		ask(undefined, ["a"], "2");
		ask("2", ["b"], "3");
		// Somebody else begins anew.
		ask(undefined, ["a"], "2");
		ask("3", ["c"]);
		expect(look(exchange(server, ann), "b")).toBeUndefined();
		ask("2", ["b"], "3");
		ask("3", ["c"]);
		expect(look(exchange(server, ann), "b")).toBe(true);
		expect(look(exchange(server, ann), "x")).toBe(false);
	});

	it("[bounded.lists] is forgotten after a day, and beyond its caps", () => {
		const { known, learn, look } = memory();
		const server = connection("server", "s");
		learn(exchange(server), ["a"]);
		now += 24 * 60 * 60 * 1000 + 1;
		expect(look(exchange(server), "a")).toBeUndefined();
		const many = Array.from({ length: 5000 }, (_, n) => `t${n}`);
		learn(exchange(server), many);
		expect(look(exchange(server), "t1")).toBe(true);
		expect(look(exchange(server), "t4999")).toBeUndefined();
		for (let n = 0; n < 600; n++) learn(exchange(server, { claims: { sub: String(n) } }), ["a"]);
		expect(look(exchange(server, { claims: { sub: "599" } }), "a")).toBe(true);
		expect(look(exchange(server, { claims: { sub: "1" } }), "a")).toBeUndefined();
		expect(known.learn(exchange(server), "tool", { tools: "x" }, "tools")).toBeUndefined();
	});

	it("[bounded.lists] holds so much over all lists: the one learned longest ago goes", () => {
		const { known, look } = memory();
		const server = connection("server", "s");
		const properties = Object.fromEntries(
			Array.from({ length: 256 }, (_, n) => [`${n}${"k".repeat(60)}`, {}]),
		);
		const tools = Array.from({ length: 330 }, (_, n) =>
			tool(`t${n}`, { inputSchema: { properties } }),
		);
		const of = (sub: string) => exchange(server, { claims: { sub } });
		for (let n = 0; n < 6; n++) known.learn(of(`${n}`), "tool", { tools }, "tools");
		expect(look(of("5"), "t1")).toBe(true);
		// One list alone is not held whole either, and then says of no name that it is unknown.
		expect(look(of("5"), "t329")).toBeUndefined();
		expect(look(of("0"), "t1")).toBeUndefined();
	});

	it("[private.lists] is not shared between tokens that nobody checked, and is pushed out by none of them", () => {
		const { learn, look } = memory();
		const server = connection("server", "s");
		const bearing = (tokenDigest: string): Exchange => ({ ...exchange(server), tokenDigest });
		learn(exchange(server, ann), ["a"]);
		learn(bearing("one"), ["b"]);
		expect(look(bearing("one"), "b")).toBe(true);
		expect(look(bearing("two"), "b")).toBeUndefined();
		for (let n = 0; n < 2000; n++) learn(bearing(`${n}`), ["c"]);
		expect(look(bearing("one"), "b")).toBeUndefined();
		expect(look(exchange(server, ann), "a")).toBe(true);
	});

	it("knows hints, declared keys and the digest of a definition", () => {
		const { known } = memory();
		const server = connection("server", "s");
		const listed = tool("a", {
			inputSchema: { type: "object", properties: { title: {}, __proto__x: {} } },
			annotations: { readOnlyHint: true, destructiveHint: "no" },
		});
		const learned = known.learn(exchange(server), "tool", { tools: [listed, null, {}] }, "tools");
		expect(learned).toEqual({ size: 3, digest: expect.stringMatching(/^sha256:/) });
		const { definition } = known.look(exchange(server), "tool", "a");
		expect(definition?.hints).toEqual({ read_only: true });
		expect([...(definition?.keys ?? [])]).toEqual(["title", "__proto__x"]);
		const prompt = { name: "p", arguments: [{ name: "who" }, 5, { name: 7 }] };
		known.learn(exchange(server), "prompt", { prompts: [prompt] }, "prompts");
		expect([...(known.look(exchange(server), "prompt", "p").definition?.keys ?? [])]).toEqual([
			"who",
		]);
	});
});
