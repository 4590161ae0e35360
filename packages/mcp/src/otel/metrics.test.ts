import * as api from "@opentelemetry/api";
import { AlwaysOffSampler, BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Connection } from "../peer-connection.ts";
import type { Ending, Exchange } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";
import { aConnection, anExchange } from "../testing/exchange.ts";
import { keptMetrics, keptSpans } from "../testing/telemetry.ts";
import { traced, type TracedOptions } from "./traced.ts";

let { reader, meterProvider } = keptMetrics();
beforeEach(() => {
	({ reader, meterProvider } = keptMetrics());
});
afterEach(async () => {
	api.metrics.disable();
	await meterProvider.shutdown();
});

interface Point {
	readonly attributes: api.Attributes;
	readonly value: { readonly count: number; readonly sum: number };
}

/** What was measured under one name. */
async function measured(name: string): Promise<readonly Point[]> {
	const { resourceMetrics } = await reader.collect();
	const found = resourceMetrics.scopeMetrics
		.flatMap(({ metrics }) => metrics)
		.filter(({ descriptor }) => descriptor.name === name);
	return found.flatMap(({ dataPoints }) => dataPoints.map((point): Point => Object(point)));
}

const SERVER = "mcp.server.operation.duration";
const CLIENT = "mcp.client.operation.duration";

const connection = (over: Partial<Connection> = {}): Connection =>
	aConnection({ transport: "stdio", protocolVersion: () => "2025-11-25", ...over });

const exchange = (over: Partial<Exchange> = {}): Exchange =>
	anExchange({
		connection: connection(),
		params: { name: "add", arguments: { token: "secret" } },
		era: "legacy",
		protocolVersion: "2025-11-25",
		startUs: 1_000_000,
		...over,
	});

const ended = (over: Partial<Ending> = {}): Ending => ({
	how: "answered",
	response: { result: {} },
	endMs: 2_500,
	endUs: 2_500_000,
	...over,
});
const failed = (code: number): Partial<Ending> => ({
	response: { error: { code, message: "secret text" } },
});

/** Watches one request from its begin to its end. */
function watch(
	options: TracedOptions,
	over: Partial<Exchange> = {},
	ending: Partial<Ending> = {},
): void {
	traced({ meterProvider, ...options })
		.request?.(exchange(over))
		?.end(ended(ending));
}

const call = (name: string, over: JsonObject = {}): Partial<Exchange> => ({
	params: { name, ...over },
});
const names = (points: readonly Point[]): unknown[] =>
	points.map(({ attributes }) => attributes["gen_ai.tool.name"]);

describe("durations", () => {
	it.each([
		["with spans", { tracerProvider: new BasicTracerProvider() }],
		["where no trace is sampled", { tracerProvider: sampledOut() }],
		["without spans", { traces: false }],
		["without an SDK for spans", {}],
	] as const)("[otel.metrics] are measured in seconds, %s", async (_title, options) => {
		watch(options);
		const points = await measured(SERVER);
		expect(points).toHaveLength(1);
		expect(points[0]?.value).toMatchObject({ count: 1, sum: 1.5 });
		expect(points[0]?.attributes).toEqual({
			"gen_ai.operation.name": "execute_tool",
			"gen_ai.tool.name": "add",
			"mcp.method.name": "tools/call",
			"mcp.protocol.version": "2025-11-25",
			"network.transport": "pipe",
		});
	});

	it("[otel.metrics] are never negative, and none is measured by option", async () => {
		watch({}, {}, { endUs: 0 });
		watch({ metrics: false });
		const points = await measured(SERVER);
		expect(points.map(({ value }) => value)).toMatchObject([{ count: 1, sum: 0 }]);
	});

	it("[otel.metrics] begin as soon as a meter provider is registered, and cost nothing before", async () => {
		const observer = traced();
		const before = observer.request?.(exchange());
		// Nothing is read of an answer that nobody measures.
		expect(before).not.toHaveProperty("answered");
		before?.end(ended());
		api.metrics.setGlobalMeterProvider(meterProvider);
		observer.request?.(exchange())?.end(ended());
		expect((await measured(SERVER)).map(({ value }) => value.count)).toEqual([1]);
	});

	it("[otel.metrics] leave the span its own attributes", () => {
		const { exporter, tracerProvider } = keptSpans();
		watch({ tracerProvider }, call("made up"), { known: false, ...failed(-32602) });
		expect(exporter.getFinishedSpans()[0]?.attributes).toMatchObject({
			"gen_ai.tool.name": "made up",
			"jsonrpc.request.id": "7",
		});
	});

	it.each([
		["a fault of the caller's", true, failed(-32602), undefined, "-32602"],
		["a fault of the caller's", false, failed(-32602), "-32602", "-32602"],
		["a tool's error", true, { response: { result: { isError: true } } }, "tool_error", undefined],
		["a timeout", false, { how: "timeout" }, "timeout", undefined],
	] as const)(
		"[otel.metric_attributes] say %s by the rules of spans (inbound: %s)",
		async (_title, inbound, ending, errorType, code) => {
			watch({}, { inbound }, ending);
			const [point] = await measured(inbound ? SERVER : CLIENT);
			expect(point?.attributes["error.type"]).toBe(errorType);
			expect(point?.attributes["rpc.response.status_code"]).toBe(code);
			expect(JSON.stringify(point?.attributes)).not.toContain("secret");
		},
	);

	it("[otel.rename] call an error's code as the option says", async () => {
		watch({ rpcStatusCodeAttribute: "rpc.status_code" }, {}, failed(-32603));
		const [point] = await measured(SERVER);
		expect(point?.attributes).toMatchObject({ "rpc.status_code": "-32603" });
		expect(point?.attributes).not.toHaveProperty("rpc.response.status_code");
	});

	it("[bounded.metric_values] no resource, request or session is told apart", async () => {
		for (let number = 0; number < 50; number++) {
			const http = connection({ transport: "streamable_http", sessionId: () => `s${number}` });
			const params = { uri: `file:///${number}` };
			watch({}, { id: number, connection: http, method: "resources/read", params });
		}
		expect((await measured(SERVER)).map(({ value }) => value.count)).toEqual([50]);
	});

	it("[otel.metrics] tell servers, transports, targets and versions apart, also when they come again", async () => {
		const http = connection({ transport: "streamable_http", role: "client" });
		const at = (port: number) => ({ ...http, endpoint: { address: "h", port } });
		for (let time = 0; time < 3; time++) {
			for (const over of [at(80), at(81), connection()])
				watch({}, { inbound: false, connection: over });
			watch({}, { inbound: false, ...call("sub") });
			watch({}, { inbound: false, method: "prompts/get", params: { name: "add" } });
			watch({}, { inbound: false, protocolVersion: "2025-06-18" });
			watch({}, { inbound: false }, failed(-32603));
		}
		const points = await measured(CLIENT);
		expect(points.map(({ value }) => value.count)).toEqual([3, 3, 3, 3, 3, 3, 3]);
		expect(points.map(({ attributes }) => attributes["server.port"])).toEqual(
			[80, 81].concat(Array.from({ length: 5 })),
		);
	});

	it("[wire.field_names] [bounded.metric_values] a flood of made-up names is one name, and takes no place", async () => {
		for (let number = 0; number < 1_500; number++) {
			watch({}, call(`known not to be ${number}`), { known: false, ...failed(-32602) });
			watch({}, call(`refused ${number}`), failed(-32602));
			watch({}, call(`given up ${number}`), { how: "cancelled" });
			watch({}, { method: `acme/${number}`, params: {} }, failed(-32601));
			watch({}, { method: `acme/given up ${number}`, params: {} }, { how: "cancelled" });
			const protocolVersion = `2${String(number).padStart(3, "0")}-01-01`;
			watch({}, { method: "ping", params: {}, protocolVersion }, failed(-32022));
		}
		watch({}, call("add"));
		const points = await measured(SERVER);
		expect(new Set(names(points))).toEqual(new Set([undefined, "_OTHER", "add"]));
		expect(new Set(points.map(({ attributes }) => attributes["mcp.method.name"]))).toEqual(
			new Set(["_OTHER", "tools/call", "ping"]),
		);
		const versions = points.map(({ attributes }) => attributes["mcp.protocol.version"]);
		expect(versions.filter((version) => String(version).endsWith("-01-01"))).toEqual([]);
	});

	it("[bounded.metric_values] beyond 1,000 names, 100 errors and 20 versions the rest is one", async () => {
		for (let number = 0; number < 1_100; number++) {
			watch({}, { ...call(`tool ${number}`), inbound: false });
			if (number > 150) continue;
			watch({}, { method: "ping", params: {}, inbound: false }, failed(number));
			const version = `2${String(number).padStart(3, "0")}-01-01`;
			watch({}, { method: "ping", params: {}, inbound: false, protocolVersion: version });
		}
		const points = await measured(CLIENT);
		const values = (key: string) => new Set(points.map(({ attributes }) => attributes[key]));
		// Each with `_OTHER`, and some with nothing.
		expect(values("gen_ai.tool.name").size).toBe(1_000 + 2);
		expect(values("error.type").size).toBe(100 + 2);
		expect(values("mcp.protocol.version").size).toBe(20 + 1);
	});
});

describe("sessions", () => {
	const initialize = { method: "initialize", params: {} } as const;

	const closing = {
		opened: true,
		requests: 1,
		cutOff: 0,
		startMs: 0,
		endMs: 0,
		durationUs: 0,
	};

	/** Opens a session, and closes it. */
	function session(
		over: Partial<Connection>,
		method = "notifications/initialized",
		cutOff = 0,
	): void {
		const observer = traced({ meterProvider });
		const on = connection(over);
		const inbound = on.role === "server";
		const startUs = performance.now() * 1000 - 2_000_000;
		observer.request?.(exchange({ ...initialize, connection: on, inbound, startUs }))?.end(ended());
		observer.notification?.({
			...exchange({ connection: on, inbound }),
			direction: "client_to_server",
			method,
			misfit: undefined,
			atMs: 0,
		});
		observer.closed?.(on, { ...closing, cutOff });
		observer.closed?.(on, { ...closing, cutOff });
	}

	it.each(["client", "server"] as const)(
		"[otel.session_duration] lasts from initialize to its close, on the %s",
		async (role) => {
			session({ role });
			const points = await measured(`mcp.${role}.session.duration`);
			expect(points).toHaveLength(1);
			expect(points[0]?.value.count).toBe(1);
			expect(points[0]?.value.sum).toBeGreaterThanOrEqual(2);
			expect(points[0]?.attributes).toEqual({
				"mcp.protocol.version": "2025-11-25",
				"network.transport": "pipe",
			});
		},
	);

	it("[otel.session_duration] ends with an error where it cut requests off", async () => {
		session({}, undefined, 2);
		const [point] = await measured("mcp.server.session.duration");
		expect(point?.attributes["error.type"]).toBe("connection_closed");
	});

	it("[otel.session_duration] is none where nothing was agreed, or HTTP has no session id", async () => {
		session({ protocolVersion: () => undefined });
		session({ transport: "streamable_http" });
		session({}, "notifications/progress");
		traced({ meterProvider }).closed?.(connection(), closing);
		expect(await measured("mcp.server.session.duration")).toEqual([]);
		session({ transport: "streamable_http", sessionId: () => "s1" });
		expect(await measured("mcp.server.session.duration")).toHaveLength(1);
	});
});

function sampledOut(): BasicTracerProvider {
	return new BasicTracerProvider({ sampler: new AlwaysOffSampler() });
}
