import { instrumentClient, instrumentServer } from "@mcp-trail/mcp";
import { expect, it } from "vitest";
import { as, fakeAudit, generations, type Generation, tick } from "./support.ts";

const thrower = (): never => {
	throw new Error("read");
};
const trap = (value: object, key: string): object =>
	Object.defineProperty(value, key, { enumerable: true, get: thrower });
const frame = (more: object = {}) => ({ jsonrpc: "2.0", id: 7, method: "tools/call", ...more });

/** What a peer in memory may hand over, where nothing is made JSON. */
const frames: readonly (readonly [string, () => object])[] = [
	["params", () => trap(frame(), "params")],
	["params._meta", () => frame({ params: trap({ name: "any" }, "_meta") })],
	["a progress token", () => frame({ params: { name: "any", _meta: trap({}, "progressToken") } })],
	[
		"an envelope",
		() =>
			frame({
				params: { name: "any", _meta: trap({}, "io.modelcontextprotocol/protocolVersion") },
			}),
	],
	["a name", () => frame({ params: trap({}, "name") })],
	["a trace", () => frame({ params: { name: "any", _meta: trap({}, "traceparent") } })],
];

const cases = generations.flatMap((sdk) =>
	frames.map(([what, make]) => [sdk.name, what, sdk, make] as const),
);

it.each(cases)(
	"[complete.odd_frames] %s: a request that throws when %s is read keeps its event, id and method",
	async (_name, _what, sdk, make) => {
		const audit = fakeAudit();
		const client = new sdk.Client({ name: "probe", version: "2.0.0" });
		instrumentClient(client, { audit, onWarning: () => undefined });
		const [near] = sdk.pair();
		let sent = 0;
		Object.assign(near, { send: async () => void sent++ });
		void client.connect(as(near)).catch(() => undefined);
		const before = sent;
		await near.send(make());
		expect(sent - before).toBe(1);
		near.onmessage?.({ jsonrpc: "2.0", id: 7, result: {} });
		expect(audit.outcomes("tools/call")).toMatchObject([
			{ outcome: { status: "success" }, mcp: { request_id: "7", role: "client" } },
		]);
	},
);

/** Hands a frame to a server; what is thrown back is the host's own. */
async function received(sdk: Generation, odd: object, audit?: ReturnType<typeof fakeAudit>) {
	const server = new sdk.McpServer({ name: "s", version: "1" });
	if (audit) instrumentServer(server, { audit, onWarning: () => undefined });
	server.registerTool("any", {}, () => ({ content: [] }));
	const [near, far] = sdk.pair();
	const answers: string[] = [];
	Object.assign(near, { onmessage: (answer: unknown) => answers.push(JSON.stringify(answer)) });
	await server.connect(as(far));
	let thrown = "";
	try {
		far.onmessage?.(odd);
	} catch (error) {
		thrown = String(error);
	}
	await tick(5);
	await near.close();
	return { answers, thrown };
}

it.each(cases)(
	"[complete.odd_frames] %s: as received, with a %s that throws, it has one event and the host what it had",
	async (_name, _what, sdk, make) => {
		const bare = await received(sdk, make());
		const audit = fakeAudit();
		expect(await received(sdk, make(), audit)).toEqual(bare);
		const said = audit.events.filter(({ type }) => !type.startsWith("mcp.connection."));
		expect(said).toHaveLength(1);
		expect(said[0]?.mcp).toMatchObject({ method: "tools/call", request_id: "7" });
	},
);

it.each(["id", "method", "jsonrpc"])(
	"[transparent.never_throws] a frame whose %s throws passes out as it is",
	async (key) => {
		const [sdk] = generations;
		const audit = fakeAudit();
		const client = new sdk.Client({ name: "probe", version: "2.0.0" });
		instrumentClient(client, { audit, onWarning: () => undefined });
		const [near] = sdk.pair();
		const sent: unknown[] = [];
		Object.assign(near, { send: async (message: unknown) => void sent.push(message) });
		void client.connect(as(near)).catch(() => undefined);
		const odd = trap({ ...frame(), [key]: undefined }, key);
		await near.send(odd);
		expect(sent.includes(odd)).toBe(true);
	},
);
