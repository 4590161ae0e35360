import { setMaxListeners } from "node:events";
import { PassThrough } from "node:stream";
import { cleanText } from "@mcp-trail/event";
import { instrumentClient, instrumentServer } from "@mcp-trail/mcp";
import { StdioServerTransport as StdioV1 } from "@modelcontextprotocol/sdk/server/stdio.js";
import { StdioServerTransport as StdioV2 } from "@modelcontextprotocol/server/stdio";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../runs.ts";
import { answers, frames, lines, requests } from "./hostile-frames.ts";
import {
	as,
	fakeAudit,
	type FakeAudit,
	generations,
	type Generation,
	tick,
	type Transport,
} from "./support.ts";

/** So many frames in all in the long run, a twentieth in `npm test`: each of six ways gets its part. */
const FRAMES = 20_000;
const EACH = Math.ceil((runs(FRAMES) === FRAMES ? FRAMES : FRAMES / 20) / 6);
/** Frames that a peer has to bear at once. */
const GROUP = 20;

const seed = 0x5eed;
const groups = <T>(arbitrary: fc.Arbitrary<T>): T[][] =>
	fc.sample(fc.array(arbitrary, { minLength: GROUP, maxLength: GROUP, size: "max" }), {
		seed,
		numRuns: Math.ceil(EACH / GROUP),
	});

const said = (frame: unknown): string => {
	try {
		return JSON.stringify(frame);
	} catch {
		return "unsayable";
	}
};
/** Events of requests that came in, that were answered or that ended otherwise. */
const outcomes = (audit: FakeAudit, role: string, direction: string) =>
	audit.events.filter(
		({ phase, mcp }) => phase === "outcome" && mcp?.role === role && mcp.direction === direction,
	);

function serverOf(sdk: Generation, audit?: FakeAudit, faults: unknown[] = []) {
	const server = new sdk.McpServer({ name: "s", version: "1" });
	if (audit)
		instrumentServer(server, { audit, onWarning: (warning) => faults.push(warning.cause) });
	server.registerTool("any", {}, () => ({ content: [{ type: "text", text: "done" }] }));
	server.registerResource("r", "test://r", {}, () => ({ contents: [] }));
	return server;
}

/** What a server does with a group of frames: its answers, and what it throws into the one that hands them over. */
async function served(sdk: Generation, group: readonly unknown[], audit?: FakeAudit) {
	const faults: unknown[] = [];
	const server = serverOf(sdk, audit, faults);
	const [near, far] = sdk.pair();
	const seen: string[] = [];
	Object.assign(near, { onmessage: (frame: unknown) => seen.push(said(frame)) });
	await server.connect(as(far));
	for (const frame of group) {
		try {
			far.onmessage?.(frame);
		} catch (error) {
			seen.push(`thrown ${String(error)}`);
		}
	}
	await tick(1);
	await near.close();
	return { seen, faults };
}

interface Asked {
	readonly id: unknown;
	readonly method: string;
}

/** What a client makes of a server that answers as it likes, and asks back. */
async function called(
	sdk: Generation,
	group: readonly (readonly [object, unknown])[],
	audit?: FakeAudit,
) {
	const faults: unknown[] = [];
	const client = new sdk.Client({ name: "c", version: "1" }, { capabilities: { roots: {} } });
	if (audit)
		instrumentClient(client, { audit, onWarning: (warning) => faults.push(warning.cause) });
	const [near, far] = sdk.pair();
	const seen: string[] = [];
	const left = [...group];
	const receive = (frame: unknown): void => {
		try {
			near.onmessage?.(frame);
		} catch (error) {
			seen.push(`thrown ${String(error)}`);
		}
	};
	const serverInfo = { name: "s", version: "1" };
	Object.assign(far, {
		onmessage(frame: unknown) {
			const { id, method } = as<Asked>(frame);
			if (method === "initialize")
				return receive({
					jsonrpc: "2.0",
					id,
					result: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo },
				});
			if (id === undefined || method === undefined) return void seen.push(said(frame));
			const [answer, question] = left.shift() ?? [{}, undefined];
			receive(question);
			receive({ jsonrpc: "2.0", id, ...answer });
		},
	});
	await client.connect(as<never>(near));
	const stop = new AbortController();
	// All calls of a group share it, which is no leak.
	setMaxListeners(0, stop.signal);
	const calls = group.map((_, index) => {
		const calling: Promise<unknown> =
			index % 3 === 0
				? client.listTools(undefined, { signal: stop.signal })
				: sdk.callTool(client, { name: "any" }, { signal: stop.signal });
		return calling.then(said, String);
	});
	await tick(1);
	// What has no answer that can be read is given up.
	stop.abort();
	seen.push(...(await Promise.all(calls)));
	await client.close();
	return { seen, faults };
}

/** What a server at the end of a pipe says to bytes. */
async function piped(sdk: Generation, group: readonly Buffer[], audit?: FakeAudit) {
	const faults: unknown[] = [];
	const server = serverOf(sdk, audit, faults);
	const [input, output] = [new PassThrough(), new PassThrough()];
	const seen: string[] = [];
	let rest = "";
	output.on("data", (chunk) => {
		const parts = (rest + String(chunk)).split("\n");
		rest = parts.pop() ?? "";
		seen.push(...parts);
	});
	const Stdio = sdk.name === "v1" ? StdioV1 : StdioV2;
	const transport = as<Transport>(new Stdio(input, output));
	await server.connect(as(transport));
	for (const line of group) input.write(line);
	for (let before = -1; before !== seen.length; await tick(2)) before = seen.length;
	await server.close();
	return { seen, faults };
}

/** The ids of answers, as events write them; one that cannot be written stands for all such. */
function answeredIds(seen: readonly string[]): readonly string[] {
	return seen.flatMap((line) => {
		if (!/"(?:result|error)":/.test(line)) return [];
		const { id } = as<{ id?: string | number | null }>(JSON.parse(line));
		return id === undefined || id === null ? [] : [cleanText(String(id), 128) ?? ""];
	});
}

/** How often each is there. */
const tally = (ids: readonly string[]): ReadonlyMap<string, number> =>
	ids.reduce((all, id) => all.set(id, (all.get(id) ?? 0) + 1), new Map<string, number>());

/** Requests that no answer ended, or not the one with their id: another with the same id took their place. */
const UNANSWERED = new Set(["connection_closed", "cancelled_by_caller"]);

/** Each answer on the wire has its one outcome event by id; how many answers there were. */
function matched(seen: readonly string[], audit: FakeAudit): number {
	const answered = tally(answeredIds(seen));
	const told = outcomes(audit, "server", "client_to_server");
	const idsOf = (holds: (reason: string) => boolean) =>
		tally(
			told.flatMap(({ mcp, outcome }) =>
				holds(outcome?.reason ?? "") ? [mcp?.request_id ?? ""] : [],
			),
		);
	const ended = idsOf((reason) => !UNANSWERED.has(reason) && reason !== "superseded");
	const replaced = idsOf((reason) => reason === "superseded");
	// Of two requests with one id that are open at once, one answer is the late one.
	const misfits = [...new Set([...answered.keys(), ...ended.keys()])].filter((id) => {
		const [heard = 0, events = 0, gone = 0] = [answered, ended, replaced].map((all) => all.get(id));
		return events > heard || events < heard - gone;
	});
	expect(misfits).toEqual([]);
	return answeredIds(seen).length;
}

describe.each(generations)("$name: generated frames", (sdk) => {
	it("[safe.hostile_frames] a server answers them as bare, and each answer has its valid event", async () => {
		let count = 0;
		for (const group of groups(frames)) {
			const bare = await served(sdk, group);
			const audit = fakeAudit();
			const hooked = await served(sdk, group, audit);
			expect(hooked.faults).toEqual([]);
			expect(hooked.seen).toEqual(bare.seen);
			count += matched(hooked.seen, audit);
		}
		// Not all of them are dropped.
		expect(count).toBeGreaterThan(EACH / 10);
	});

	it("[safe.hostile_frames] a client bears hostile answers and questions as bare, with one event for each call", async () => {
		for (const group of groups(fc.tuple(answers, requests))) {
			const bare = await called(sdk, group);
			const audit = fakeAudit();
			const hooked = await called(sdk, group, audit);
			expect(hooked.faults).toEqual([]);
			expect(hooked.seen).toEqual(bare.seen);
			const told = outcomes(audit, "client", "client_to_server");
			const onWire = told.filter(({ mcp }) => mcp?.local !== true);
			// One of each call, and of the handshake.
			expect(onWire).toHaveLength(group.length + 1);
			expect(new Set(onWire.map(({ mcp }) => mcp?.request_id)).size).toBe(group.length + 1);
			// What the SDK makes of an answer itself is another fact, told once and named as such.
			const local = told.filter(({ mcp }) => mcp?.local === true);
			const ids = local.flatMap(({ mcp }) => mcp?.request_id ?? []);
			expect(new Set(ids).size).toBe(ids.length);
			for (const { outcome } of local) expect(outcome?.status).toBe("rejected");
		}
	});

	it("[safe.hostile_frames] bytes that are no JSON, no UTF-8 or cut are answered as bare", async () => {
		let count = 0;
		for (const group of groups(lines)) {
			const bare = await piped(sdk, group);
			const audit = fakeAudit();
			const hooked = await piped(sdk, group, audit);
			expect(hooked.faults).toEqual([]);
			expect(hooked.seen).toEqual(bare.seen);
			count += matched(hooked.seen, audit);
		}
		// Not all of them are dropped.
		expect(count).toBeGreaterThan(EACH / 10);
	});
});
