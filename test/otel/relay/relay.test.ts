import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { StoredEvent } from "@mcp-trail/event";
import { AlwaysOffSampler, AlwaysOnSampler, type Sampler } from "@opentelemetry/sdk-trace-base";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compiled } from "../../compiled.ts";
import { type Sdk, sdks } from "../../matrix/expected.ts";
import { isOutcome, recorder } from "../../matrix/recording.ts";
import { ask, connect, leave, type Left, type Upstream } from "./peers.ts";
import { type Exported, registerSampled } from "./spans.ts";

const within = { timeout: 120_000 };
const program = compiled(join(import.meta.dirname, "program.ts"));

/** The roots of this process, as a sampler at 0 % and at 100 % has them. */
let percent: 0 | 100 = 100;
const samplers = { 0: new AlwaysOffSampler(), 100: new AlwaysOnSampler() } as const;
const root: Sampler = {
	shouldSample: () => samplers[percent].shouldSample(),
	toString: () => "switched",
};

interface Played {
	/** Client, proxy, server. */
	readonly left: readonly Left[];
}

/** One call at 0 %, then one at 100 %, through a proxy. */
async function play(sdk: Sdk, upstream: Upstream): Promise<Played> {
	const spans = registerSampled(root);
	const recorded = recorder("client");
	const caller = await connect(sdk, recorded.seen, upstream);
	percent = 0;
	expect(await ask(caller, "relay")).toBe("answered");
	percent = 100;
	expect(await ask(caller, "relay")).toBe("answered");
	const [proxy, server]: readonly Left[] = JSON.parse(await ask(caller, "left"));
	await caller.close();
	const own = await leave(recorded, spans, { relay: 2 });
	if (proxy === undefined || server === undefined) throw new Error("a process left nothing");
	return { left: [own, proxy, server] };
}

/** Who records a call on its way, in order: two of the proxy, which is server and client. */
const path = [
	{ process: 0, role: "client", tool: "relay", kind: "CLIENT" },
	{ process: 1, role: "server", tool: "relay", kind: "SERVER" },
	{ process: 1, role: "client", tool: "answer", kind: "CLIENT" },
	{ process: 2, role: "server", tool: "answer", kind: "SERVER" },
] as const;

/** The events of the first or the second call, in order. */
function eventsOf({ left }: Played, call: 0 | 1): readonly (StoredEvent | undefined)[] {
	return path.map(({ process, role, tool }) => {
		const events = left[process]?.events.filter(
			(event) => isOutcome(event) && event.mcp?.role === role && event.target?.name === tool,
		);
		expect(events).toHaveLength(2);
		return events?.[call];
	});
}

/** Spans of a trace, by process. */
const ofTrace = ({ left }: Played, id: string | undefined): readonly (readonly Exported[])[] =>
	left.map(({ spans }) => spans.filter(({ traceId }) => traceId === id));

/** Each within the one before. */
function joined(events: readonly (StoredEvent | undefined)[]): void {
	const traces = events.map((event) => event?.trace);
	expect(new Set(traces.map((trace) => trace?.id)).size).toBe(1);
	expect(traces.map((trace) => trace?.parent_span_id)).toEqual([
		undefined,
		...traces.slice(0, -1).map((trace) => trace?.span_id),
	]);
}

function proves(played: () => Played, isHttp: boolean): void {
	it("[system.audit_beside_traces] [otel.sampler] at 0 % there is no span, and every event has arrived and joins", () => {
		const events = eventsOf(played(), 0);
		joined(events);
		expect(events.map((event) => event?.trace?.flags)).toEqual([0, 0, 0, 0]);
		expect(ofTrace(played(), events[0]?.trace?.id)).toEqual([[], [], []]);
	});

	it("[otel.one_trace] at 100 % client, proxy and server make one trace, each span the child of the one before", () => {
		const events = eventsOf(played(), 1);
		joined(events);
		const found = ofTrace(played(), events[0]?.trace?.id);
		expect(found.flat()).toHaveLength(path.length);
		const chain = path.map(({ process, tool, kind }) => {
			const spans = found[process]?.filter((span) => span.kind === kind);
			expect(spans).toMatchObject([{ name: `tools/call ${tool}` }]);
			return spans?.[0];
		});
		expect(chain.map((span) => span?.parentSpanId)).toEqual([
			undefined,
			...chain.slice(0, -1).map((span) => span?.spanId),
		]);
		expect(events.map((event) => event?.trace?.span_id)).toEqual(chain.map((span) => span?.spanId));
		// The span of the HTTP request is no parent: it is a trace of its own, linked where it was active.
		for (const [index, span] of chain.entries()) {
			const own = played().left[path[index]?.process ?? 0]?.spans ?? [];
			const linked = (span?.links ?? []).map((id) => own.find(({ spanId }) => spanId === id));
			expect(linked).toMatchObject(
				isHttp && span?.kind === "SERVER" ? [{ name: "POST", kind: "SERVER" }] : [],
			);
		}
	});
}

describe.each(sdks)("%s over stdio, three processes", (sdk) => {
	let played: Played;
	beforeAll(async () => {
		played = await play(sdk, { command: process.execPath, args: [program(), sdk, "proxy"] });
	}, within.timeout);
	proves(() => played, false);
});

describe("over HTTP, three processes", () => {
	const processes: ChildProcess[] = [];
	/** Starts one, and waits for its URL. */
	async function start(...args: readonly string[]): Promise<URL> {
		const started = spawn(process.execPath, [program(), "http", ...args], {
			stdio: ["pipe", "pipe", "inherit"],
		});
		processes.push(started);
		const [said] = await once(started.stdout, "data");
		return new URL(String(said).trim());
	}
	let proxy: URL;
	beforeAll(async () => {
		proxy = await start("proxy", String(await start("server")));
	}, within.timeout);
	afterAll(() => {
		for (const one of processes) one.stdin?.end();
	});

	describe.each(sdks)("%s", (sdk) => {
		let played: Played;
		beforeAll(async () => {
			played = await play(sdk, new URL(sdk, proxy));
		}, within.timeout);
		proves(() => played, true);
	});
});
