import { instrumentServer } from "@mcp-trail/mcp";
import { expect, it } from "vitest";
import { as, fakeAudit, generations, type Transport } from "./support.ts";

const thrower = (): never => {
	throw new Error("read");
};
const cyclic: Record<string, unknown> = { content: [] };
cyclic["self"] = cyclic;
const getter = (key: string): object =>
	Object.defineProperty({ content: [] }, key, { enumerable: true, get: thrower });

/** What a handler may return in memory, where nothing is made JSON. */
const values: readonly (readonly [string, unknown])[] = [
	["a bigint", { content: [], structuredContent: { a: 1n } }],
	["a cycle", cyclic],
	["a function", { content: [], f: () => 1 }],
	["a getter that throws in content", { content: [getter("text")] }],
	["a getter that throws in structured content", { structuredContent: getter("x"), content: [] }],
	["a getter that throws for isError", getter("isError")],
	["a getter that throws for _meta", getter("_meta")],
	["a getter that throws for task", getter("task")],
	["tools that throw", { tools: [getter("name"), getter("annotations"), { name: "t" }] }],
	["tools with prototypes", { tools: [Object.create({ name: "t" })] }],
	["a list that throws", getter("tools")],
];

it.each(
	generations.flatMap((sdk) =>
		values.map(([what, value]) => [sdk.name, what, sdk, value] as const),
	),
)("[complete.odd_values] %s: %s in memory is recorded once", async (_name, _what, sdk, value) => {
	for (const method of ["tools/call", "tools/list"]) {
		const audit = fakeAudit();
		const server = new sdk.Server(
			{ name: "desk", version: "1.0.0" },
			{ capabilities: { tools: {} } },
		);
		instrumentServer(server, { audit, onWarning: () => undefined });
		const [a, b] = sdk.pair();
		await server.connect(as(b));
		const near = as<Transport>(a);
		const seen: unknown[] = [];
		Object.assign(near, { onmessage: (message: unknown) => seen.push(message) });
		await near.start();
		// Answered on the transport itself: what reaches it may come from any handler.
		const peer = as<Transport>(b);
		const request = Object.assign(Object.create(null), {
			jsonrpc: "2.0",
			id: 1,
			method,
		});
		Object.assign(peer, { onmessage: () => undefined });
		await near.send(request);
		await peer.send({ jsonrpc: "2.0", id: 1, result: value });
		expect(audit.outcomes(method)).toHaveLength(1);
		expect(seen).toHaveLength(1);
	}
});

it.each(generations)(
	"[complete.odd_values] $name: params that cannot be read are recorded once",
	async (sdk) => {
		for (const params of [
			{ name: "t", arguments: cyclic },
			{ name: "t", arguments: { a: 1n } },
			{ name: "t", arguments: getter("x") },
			{ name: "t", arguments: new Proxy({}, { ownKeys: thrower }) },
			Object.defineProperty({ arguments: {} }, "name", { enumerable: true, get: thrower }),
			Object.defineProperty({ name: "t" }, "arguments", { enumerable: true, get: thrower }),
		]) {
			const audit = fakeAudit();
			const server = new sdk.Server(
				{ name: "desk", version: "1.0.0" },
				{ capabilities: { tools: {} } },
			);
			instrumentServer(server, { audit, onWarning: () => undefined });
			const [a, b] = sdk.pair();
			await server.connect(as(b));
			Object.assign(as<Transport>(b), { onmessage: () => undefined });
			const near = as<Transport>(a);
			await near.start();
			await near.send({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
			await as<Transport>(b).send({ jsonrpc: "2.0", id: 1, result: {} });
			expect(audit.outcomes("tools/call")).toHaveLength(1);
		}
	},
);
