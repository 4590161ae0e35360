import { expect, it, vi } from "vitest";
import { definitions } from "../audited/definitions.ts";
import type { Exchange } from "../observer.ts";
import { nameOwners } from "./name-owners.ts";

const long = (end: string): string => `${"x".repeat(100_000)}${end}`;

/** Every key that a map was given meanwhile. */
function keysSetBy(work: () => void): string[] {
	const set = vi.spyOn(Map.prototype, "set");
	try {
		work();
		return set.mock.calls.flatMap(([key]: unknown[]) => (typeof key === "string" ? [key] : []));
	} finally {
		set.mockRestore();
	}
}

it("[bounded.keys] long names of tools are told apart, and none is held at its length", () => {
	const owners = nameOwners();
	const memory = definitions();
	const exchange = { connection: { role: "client" }, params: {}, startMs: Date.now() } as Exchange;
	const keys = keysSetBy(() => {
		expect(owners.note(long("a"), "one")).toEqual([]);
		expect(owners.note(long("b"), "two")).toEqual([]);
		expect(owners.note(long("a"), "two")).toEqual(["one"]);
		memory.learn(exchange, "tool", { tools: [{ name: long("a") }] }, "tools");
		expect(memory.look(exchange, "tool", long("a")).known).toBe(true);
		expect(memory.look(exchange, "tool", long("b"))).toEqual({ known: false });
	});
	expect(Math.max(...keys.map((key) => key.length))).toBeLessThan(100);
});
