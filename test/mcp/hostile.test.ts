import { instrumentServer } from "@mcp-trail/mcp";
import { describe, expect, it } from "vitest";
import { as, fakeAudit, generations, type Generation, tick, type Transport } from "./support.ts";

/** Nested arrays and objects in turn, made without recursion. */
function nested(depth: number): unknown {
	let value: unknown = 1;
	for (let level = 0; level < depth; level++) value = level % 2 ? { a: value } : [value];
	return value;
}

const call = (id: unknown, args: unknown, name: unknown = "any") => ({
	jsonrpc: "2.0",
	id,
	method: "tools/call",
	params: { name, arguments: args },
});

const proto: unknown = JSON.parse(
	'{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"any","__proto__":{"polluted":1},"arguments":{"__proto__":{"polluted":1},"constructor":1,"toJSON":2}}}',
);

const frames: readonly (readonly [string, unknown])[] = [
	["5,000 nested arrays", call(1, { deep: nested(5000) })],
	["a depth of 1,000,000", call(2, { deep: nested(1_000_000) })],
	["a key of 10 MB", call(3, { ["k".repeat(10_000_000)]: 1 })],
	["a value of 10 MB", call(30, { text: "v".repeat(10_000_000) })],
	["100,000 keys", call(31, Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [n, n])))],
	["lone surrogates", call(4, { "\ud800": "\udc00\ud800" }, "any\ud800")],
	["__proto__", proto],
	["an id of 1 MB", call("i".repeat(1_000_000), {})],
	["an empty id", call("", {})],
	["a hidden id", call("\u202e\u0000\ud800", {})],
	["a name of 1 MB", call(6, {}, "n".repeat(1_000_000))],
	["an empty name", call(7, {}, "")],
	["a name that is no text", call(8, {}, { a: 1 })],
	["arguments that are no object", call(9, "text")],
	["a method of 1 MB", { jsonrpc: "2.0", id: 10, method: "m".repeat(1_000_000) }],
	["an empty method", { jsonrpc: "2.0", id: 11, method: "" }],
	["a hidden method", { jsonrpc: "2.0", id: 12, method: "\u200b\u0007" }],
	["a method of the language", { jsonrpc: "2.0", id: 13, method: "__proto__" }],
	["a hostile uri", read(14, `http://u:p@[::1${"/x".repeat(100_000)}?q#f`)],
	["a uri that is none", read(15, "\u0000\ud800 ")],
	["an empty uri", read(16, "")],
	["a uri of another type", read(17, 5)],
	[
		"hostile client info",
		{
			jsonrpc: "2.0",
			id: 18,
			method: "initialize",
			params: {
				protocolVersion: "9".repeat(5000),
				capabilities: nested(2000),
				clientInfo: { name: "\u202e".repeat(500), version: "\ud800" },
			},
		},
	],
	["a hostile trace", meta(19, { traceparent: "x".repeat(100_000), tracestate: 5, baggage: [] })],
	["a hostile envelope", meta(20, { "io.modelcontextprotocol/protocolVersion": "\u0000" })],
	["a negative id", call(-1, {})],
	["a large id", call(2 ** 53 - 1, {})],
];

function read(id: number, uri: unknown) {
	return { jsonrpc: "2.0", id, method: "resources/read", params: { uri } };
}
function meta(id: number, _meta: unknown) {
	return { jsonrpc: "2.0", id, method: "tools/call", params: { name: "any", _meta } };
}

const dropped: readonly unknown[] = [null, true, false, 1.5, 2 ** 60, [], {}, [1]].map((id) =>
	call(id, {}),
);

/** What a server answers to a frame, as text. */
async function answersOf(sdk: Generation, frame: unknown, audit?: ReturnType<typeof fakeAudit>) {
	const server = new sdk.McpServer({ name: "s", version: "1" });
	if (audit) instrumentServer(server, { audit, onWarning: (warning) => warnings.push(warning) });
	server.registerTool("any", {}, () => ({ content: [{ type: "text", text: "done" }] }));
	server.registerResource("r", "test://r", {}, () => ({ contents: [] }));
	const [near, far] = sdk.pair();
	const answers: string[] = [];
	Object.assign(near, { onmessage: (answer: unknown) => answers.push(JSON.stringify(answer)) });
	await server.connect(as(far));
	let thrown = "";
	await near.send(frame).catch((error: unknown) => (thrown = String(error)));
	await tick(5);
	return { answers, thrown, near: as<Transport>(near) };
}

const warnings: Error[] = [];

describe.each(generations)("$name", (sdk) => {
	it.each(frames)(
		"[safe.total] %s: the same answer as bare, exactly one valid event",
		async (_, frame) => {
			const bare = await answersOf(sdk, frame);
			const audit = fakeAudit();
			warnings.length = 0;
			const hooked = await answersOf(sdk, frame, audit);
			expect({ ...hooked, near: 0 }).toEqual({ ...bare, near: 0 });
			await hooked.near.close();
			expect(warnings.map(({ cause }) => cause)).toEqual([]);
			expect(audit.events.map(({ type }) => type)).toEqual([
				"mcp.connection.opened",
				"mcp.request",
				"mcp.connection.closed",
			]);
			for (const event of audit.events) expect(JSON.stringify(event).length).toBeLessThan(16_384);
			expect(audit.outcomes(audit.events[1]?.mcp?.method ?? "")).toHaveLength(1);
		},
	);

	it.each(dropped.map((frame) => [JSON.stringify(frame), frame]))(
		"[safe.dropped] %s is dropped as bare, said once, and leaves nothing open",
		async (_, frame) => {
			const audit = fakeAudit();
			const bare = await answersOf(sdk, frame);
			const hooked = await answersOf(sdk, frame, audit);
			expect(hooked.answers).toEqual([]);
			expect({ ...hooked, near: 0 }).toEqual({ ...bare, near: 0 });
			await hooked.near.close();
			expect(audit.events.map(({ type, outcome }) => [type, outcome?.reason])).toEqual([
				["mcp.connection.opened", undefined],
				["mcp.message.refused", "not_json_rpc"],
				["mcp.connection.closed", undefined],
			]);
		},
	);
});
