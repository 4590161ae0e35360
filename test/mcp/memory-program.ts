// Started by memory.test.ts in a process of its own, with --expose-gc: says on stdout what one run came to hold at most, in bytes.
import { memoryTrail, openAudit } from "@mcp-trail/audit";
import { instrumentation } from "@mcp-trail/mcp";
import { as, generations, tick } from "./support.ts";

const [version, mode, work] = process.argv.slice(2);
const sdk = as<(typeof generations)[number]>(generations.find(({ name }) => name === version));
const collect = as<() => void>(globalThis.gc);

/** What lives after everything that is garbage is gone. */
function held(): number {
	collect();
	const { heapUsed, external } = process.memoryUsage();
	return heapUsed + external;
}

const audit = openAudit({
	service: "memory",
	// Full early, so that what grows after that is growth.
	trail: memoryTrail({ maxEvents: 500 }),
	sinks: [{ name: "none", delivery: "at_least_once", ordered: true, write: async () => {} }],
});
// What would take the whole text shows that the measure would see it.
const maxDigestBytes = mode === "greedy" ? 2 ** 30 : 2 ** 20;
const trail = instrumentation({ audit, maxDigestBytes });
const hook = <T>(kind: "server" | "client", peer: T): T =>
	mode === "bare" ? peer : trail[kind](peer);

const MEGABYTE = 1_000_000;
let text = "small";

async function connected() {
	const server = hook("server", new sdk.McpServer({ name: "s", version: "1" }));
	server.registerTool("large", {}, () => ({ content: [{ type: "text", text }] }));
	const client = hook("client", new sdk.Client({ name: "c", version: "1" }));
	const [near, far] = sdk.pair();
	await server.connect(as(far));
	await client.connect(as(near));
	return { client, near, far };
}

async function largeResult(): Promise<number> {
	const { client } = await connected();
	for (let warm = 0; warm < 20; warm++) await sdk.callTool(client, { name: "large" });
	// One flat text of one byte a character, as JSON.parse makes it; a copy of it would show.
	text = Array.from({ length: 50 }, () => "x".repeat(MEGABYTE)).join("");
	collect();
	const before = { held: held(), rss: process.resourceUsage().maxRSS * 1024 };
	const result = await sdk.callTool(client, { name: "large" });
	const more = held() - before.held;
	const peak = process.resourceUsage().maxRSS * 1024 - before.rss;
	if (JSON.stringify(result).length < 50 * MEGABYTE) throw new Error("The result is not whole.");
	return Math.max(more, peak);
}

const SAMPLES = 20;
const kept: unknown[] = [];
const median = (values: readonly number[]): number =>
	values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0;

/**
 * How much more is held, in the middle, over the last third of what is sent than over the one before; the first fills
 * what is bounded. The other side gets its turn after so many.
 */
async function growth(count: number, perTurn: number, send: (sent: number) => void) {
	const samples: number[] = [];
	const every = Math.floor((count * 2) / 3 / SAMPLES);
	for (let sent = 0; sent < count; sent++) {
		send(sent);
		if (sent % perTurn === 0) await tick();
		if (sent < count / 3 || sent % every !== 0) continue;
		await tick(20);
		await audit.flush(AbortSignal.timeout(60_000));
		samples.push(held());
	}
	const half = samples.length >> 1;
	return median(samples.slice(half)) - median(samples.slice(0, half));
}

/** Frames of every hostile kind, to both sides. */
async function frames(count: number): Promise<number> {
	const { near, far } = await connected();
	return growth(count, 50, (sent) => {
		const deaf = sent % 3;
		const frame = {
			jsonrpc: "2.0",
			id: deaf === 2 ? null : `${sent}${"i".repeat(sent % 700)}`,
			method: deaf === 1 ? `made/up${sent}` : "tools/call",
			params: { name: `tool${sent}`, arguments: { [`k${sent}`]: "v".repeat(sent % 5000) } },
		};
		if (mode === "leaky") kept.push(JSON.parse(JSON.stringify(frame)));
		far.onmessage?.(frame);
		near.onmessage?.({ jsonrpc: "2.0", id: sent + 1e6, result: { [`m${sent}`]: sent } });
		near.onmessage?.({ jsonrpc: "2.0", method: `notifications/made${sent}` });
	});
}

const LONG = "l".repeat(600);

/** Pages of a list without end, each with names, fields, arguments and a cursor that are long and new. */
async function pages(count: number): Promise<number> {
	const { near } = await connected();
	let cursor: string | undefined;
	return growth(count, 20, (sent) => {
		const id = `page${sent}`;
		const params = cursor === undefined ? {} : { cursor };
		void near.send({ jsonrpc: "2.0", id, method: "tools/list", params });
		cursor = `${LONG}${sent}`;
		const tools = Array.from({ length: 3 }, (_, at) => ({
			name: `${sent}.${at}${LONG}`,
			[`${sent}.${at}${LONG}`]: 1,
			inputSchema: { type: "object", properties: { [`${sent}.${at}${LONG}`]: {} } },
		}));
		const answer = JSON.stringify({ jsonrpc: "2.0", id, result: { tools, nextCursor: cursor } });
		if (mode === "leaky") kept.push(tools);
		near.onmessage?.(JSON.parse(answer));
	});
}

async function measured(): Promise<number> {
	if (work === "result") return largeResult();
	return work === "pages" ? pages(4500) : frames(Number(work));
}

const bytes = await measured();
process.stdout.write(`${bytes}\n`);
process.exit(0);
