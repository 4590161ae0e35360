import { memoryTrail, openAudit } from "@mcp-trail/audit";
import { type Instrumentation, instrumentation } from "@mcp-trail/mcp";
import { otlpLogsSink } from "@mcp-trail/sinks/otlp-logs";
import { InMemoryTransport as InMemoryV2 } from "@modelcontextprotocol/client";
import { InMemoryTransport as InMemoryV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { expect, inject, it, onTestFinished } from "vitest";
import { type Caller, tap, type WireRequest } from "../../matrix/caller.ts";
import { clientV1 } from "../../matrix/client-v1.ts";
import { clientV2 } from "../../matrix/client-v2.ts";
import { serverV1 } from "../../matrix/server-v1.ts";
import { serverV2 } from "../../matrix/server-v2.ts";
import { TRAIL_INSTRUMENTS } from "../../../packages/mcp/src/otel/trail-instruments.ts";
import { boundaries, faultsOf, metricNames, unit } from "../../otel/conventions.ts";
import { startCollector, writtenRecords } from "./start.ts";
import { startTelemetry, type WrittenPoint, writtenPoints, writtenSpans } from "./telemetry.ts";

const CALLS = 500;
const FAILING = 100;
const kinds = [
	{ kind: 3, side: "client", table: "CLIENT" },
	{ kind: 2, side: "server", table: "SERVER" },
] as const;

interface Connected {
	readonly caller: Caller;
	readonly requests: readonly WireRequest[];
}

async function connectV1(seen: Instrumentation): Promise<Connected> {
	const [near, far] = InMemoryV1.createLinkedPair();
	const requests = tap(near);
	await serverV1(seen).connect(far);
	return { caller: await clientV1(near, seen), requests };
}

async function connectV2(seen: Instrumentation, modern: boolean): Promise<Connected> {
	const [near, far] = InMemoryV2.createLinkedPair();
	const requests = tap(near);
	if (modern) serveStdio(() => serverV2(seen), { transport: far });
	else await serverV2(seen).connect(far);
	return { caller: await clientV2(near, seen, modern), requests };
}
const connectModern = (seen: Instrumentation): Promise<Connected> => connectV2(seen, true);
const connectLegacy = (seen: Instrumentation): Promise<Connected> => connectV2(seen, false);

const total = (points: readonly WrittenPoint[]): number =>
	points.reduce((sum, { count }) => sum + count, 0);

it.runIf(inject("collectorNotRun") === "").each([
	["1.x", 1, connectV1],
	["2.x, a protocol with sessions", 1, connectLegacy],
	["2.x", 0, connectModern],
] as const)(
	`[otel.collector] a real Collector has a span, a measurement and an audit record of each of ${CALLS} calls and more, SDK %s`,
	async (_sdk, sessions, connect) => {
		const collector = await startCollector();
		onTestFinished(() => collector.close());
		const telemetry = startTelemetry(collector.url);
		const audit = openAudit({
			service: "collector-test",
			trail: memoryTrail(),
			sinks: [otlpLogsSink({ url: collector.url })],
		});
		const { caller, requests } = await connect(instrumentation({ audit }));
		for (let call = 0; call < CALLS; call++)
			await caller.tool(call % (CALLS / FAILING) === 0 ? "tool_error" : "answered", {});
		await caller.close();
		await audit.close();
		await telemetry.shutdown();

		const spans = await writtenSpans(collector.tracesFile);
		const points = await writtenPoints(collector.metricsFile);
		const logs = await writtenRecords(collector.file);
		const events = logs.map(({ record }): Stored => JSON.parse(record.body?.stringValue ?? "{}"));
		const outcomes = events.filter(({ phase }) => phase === "outcome");
		console.log(
			`**** OpenTelemetry Collector ${collector.version}: ${requests.length} requests, ${spans.length} spans, ` +
				`${points.length} points, ${outcomes.length} outcomes`,
		);
		expect(requests.length).toBeGreaterThan(CALLS);
		expect(outcomes).toHaveLength(2 * requests.length);
		// `notifications/initialized` stands for itself, and starts what is called a session.
		const measurable = requests.length + sessions;
		expect(spans).toHaveLength(2 * measurable);
		for (const { kind, side, table } of kinds) {
			const own = spans.filter((span) => span.kind === kind);
			expect(own).toHaveLength(measurable);
			expect(own.filter(({ status }) => status.code === 2)).toHaveLength(FAILING);
			const measured = points.filter(({ metric }) => metric === `mcp.${side}.operation.duration`);
			expect(total(measured)).toBe(measurable);
			// A session is measured where the protocol has one.
			const lasted = points.filter(({ metric }) => metric === `mcp.${side}.session.duration`);
			expect(total(lasted)).toBe(sessions);
			const failed = measured.filter(({ attributes }) => attributes["error.type"] !== undefined);
			expect(failed).toMatchObject([{ count: FAILING }]);
			const faults = [
				...own.map(({ attributes }) => faultsOf(table, attributes, conditions(attributes))),
				...measured.map(({ metric, attributes }) =>
					faultsOf(metric, attributes, conditions(attributes)),
				),
				...lasted.map(({ metric, attributes }) => faultsOf(metric, attributes, { conditions: {} })),
			];
			expect(faults.flat()).toEqual([]);
		}
		const durations = points.filter(({ boundaries: bounds }) => bounds !== undefined);
		for (const { metric, unit: measuredIn, boundaries: bounds } of durations) {
			expect(metricNames).toContain(metric);
			expect(measuredIn).toBe(unit);
			expect(bounds).toEqual(boundaries);
		}
		// What the trail says of itself agrees with what arrived.
		const own = points.filter(({ boundaries: bounds }) => bounds === undefined);
		expect([...new Set(own.map(({ metric }) => metric))].toSorted()).toEqual(
			Object.values(TRAIL_INSTRUMENTS)
				.map(({ name }) => name)
				.filter((name) => !name.startsWith("mcp_trail.trail."))
				.toSorted(),
		);
		const of = (name: string): number => total(own.filter(({ metric }) => metric === name));
		expect({
			emitted: of("audit.records.emitted"),
			exported: of("audit.records.exported"),
			dropped: of("audit.records.dropped"),
			refused: of("mcp_trail.records.refused"),
			lag: of("mcp_trail.sink.lag"),
			queued: of("audit.queue.depth"),
		}).toEqual({
			emitted: logs.length,
			exported: logs.length,
			dropped: 0,
			refused: 0,
			lag: 0,
			queued: 0,
		});
		// Every event names a span that arrived, and every server's span its client's.
		const ids = new Map(spans.map((span) => [span.spanId, span]));
		expect(outcomes.filter(({ trace }) => !ids.has(trace.span_id))).toEqual([]);
		const orphans = spans.filter(
			({ kind, parentSpanId, traceId }) => kind === 2 && ids.get(parentSpanId)?.traceId !== traceId,
		);
		expect(orphans).toEqual([]);
	},
);

interface Stored {
	readonly phase?: string;
	readonly trace: { readonly span_id: string };
}

function conditions(attributes: Readonly<Record<string, unknown>>) {
	const name = attributes["gen_ai.tool.name"];
	return {
		conditions: {
			"error.type": name === "tool_error",
			"gen_ai.tool.name": attributes["mcp.method.name"] === "tools/call",
			"jsonrpc.request.id": attributes["mcp.method.name"] !== "notifications/initialized",
		},
	};
}
