import { expect, it, vi } from "vitest";
import { definitions } from "../audited/definitions.ts";
import type { Exchange } from "../observer.ts";
import { shortKey } from "../short-key.ts";
import { drift, type Page } from "./drift.ts";
import { nameOwners } from "./name-owners.ts";

const long = (end: string): string => `${"x".repeat(100_000)}${end}`;

/** Every key that a map or a set was given meanwhile. */
function keysSetBy(work: () => void): string[] {
	const set = vi.spyOn(Map.prototype, "set");
	const add = vi.spyOn(Set.prototype, "add");
	try {
		work();
		return [...set.mock.calls, ...add.mock.calls].flatMap(([key]: unknown[]) =>
			typeof key === "string" ? [key] : [],
		);
	} finally {
		set.mockRestore();
		add.mockRestore();
	}
}

/** A tool that is long wherever a peer may be. */
const listed = (end: string) => ({
	name: long(end),
	[long("field")]: end,
	inputSchema: { properties: { [long("argument")]: {} } },
});

const page = (end: string): Page => ({
	scope: "tool a",
	reader: {},
	items: [[long(end), listed(end)]],
	isFirst: true,
	isLast: true,
	others: () => [],
});

it("[bounded.keys] long names of tools are told apart, and none is held at its length", () => {
	const owners = nameOwners();
	const seen = drift();
	const memory = definitions();
	const exchange = { connection: { role: "client" }, params: {}, startMs: Date.now() } as Exchange;
	const keys = keysSetBy(() => {
		expect(owners.note(long("a"), "one")).toEqual([]);
		expect(owners.note(long("b"), "two")).toEqual([]);
		expect(owners.note(long("a"), "two")).toEqual(["one"]);
		memory.learn(exchange, "tool", { tools: [listed("a")] }, "tools");
		const { definition } = memory.look(exchange, "tool", long("a"));
		expect(definition?.keys.has(shortKey(long("argument")))).toBe(true);
		seen.listed(page("a"));
		expect(seen.listed(page("b"))).toHaveLength(2);
		expect(memory.look(exchange, "tool", long("a")).known).toBe(true);
		expect(memory.look(exchange, "tool", long("b"))).toEqual({ known: false });
	});
	expect(Math.max(...keys.map((key) => key.length))).toBeLessThan(100);
});
