import * as api from "@opentelemetry/api";
import {
	AlwaysOffSampler,
	BasicTracerProvider,
	type ReadableSpan,
} from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tellsItself } from "../client/sending.ts";
import type { Connection } from "../peer-connection.ts";
import type { Ending, Exchange, Observation } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";
import { aConnection, anExchange } from "../testing/exchange.ts";
import { keptSpans } from "../testing/telemetry.ts";
import { type TracedOptions, traced } from "./traced.ts";

const { SpanKind, SpanStatusCode } = api;

const REMOTE = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" };
const TRACEPARENT = `00-${REMOTE.traceId}-${REMOTE.spanId}-01`;

interface Given {
	readonly method?: string;
	readonly id?: string | number;
	readonly inbound?: boolean;
	readonly params?: JsonObject;
	readonly meta?: JsonObject;
	readonly era?: "legacy" | "modern";
	readonly protocolVersion?: string;
	readonly transport?: Connection["transport"];
	readonly session?: string;
	readonly negotiated?: string;
}

function exchange(given: Given = {}): Exchange {
	const { method = "tools/call", id = 7, inbound = true, params } = given;
	const { meta } = given;
	return anExchange({
		connection: aConnection({
			role: inbound ? "server" : "client",
			transport: given.transport ?? "stdio",
			sessionId: () => given.session,
			protocolVersion: () => given.negotiated,
		}),
		inbound,
		id,
		method,
		params,
		meta,
		era: given.era ?? "legacy",
		protocolVersion: given.protocolVersion,
	});
}

const ended = (ending: Partial<Ending>): Ending => ({
	how: "answered",
	endMs: 1,
	endUs: 1,
	...ending,
});
const result = (value: JsonObject): Partial<Ending> => ({
	response: { jsonrpc: "2.0", id: 7, result: value },
});
const error = (code: unknown, message = "secret text"): Partial<Ending> => ({
	response: { jsonrpc: "2.0", id: 7, error: { code, message } },
});

const { exporter, tracerProvider: provider } = keptSpans();

function observe(options: TracedOptions, seen: Exchange): Observation {
	const observation = traced({ tracerProvider: provider, ...options }).request?.(seen);
	if (observation === undefined) throw new Error("traced() must observe every request");
	return observation;
}

/** Without a provider of its own. */
function observeBare(options: TracedOptions, given: Given): Observation {
	const observation = traced(options).request?.(exchange(given));
	if (observation === undefined) throw new Error("traced() must observe every request");
	return observation;
}

function inboundWith(meta: JsonObject): Exchange {
	return exchange({ params: { name: "add", _meta: meta }, meta });
}

function spanOf(given: Given, ending: Partial<Ending>, options: TracedOptions = {}): ReadableSpan {
	observe(options, exchange(given)).end(ended(ending));
	const [span] = exporter.getFinishedSpans();
	if (span === undefined) throw new Error("no span was ended");
	return span;
}

/** With an SDK as `NodeSDK` sets it up: propagators and a context manager. */
function registerSdk(): void {
	new NodeTracerProvider().register();
}

function registerContextManager(): void {
	new NodeTracerProvider().register({ propagator: null });
}

beforeEach(() => exporter.reset());
afterEach(() => {
	api.propagation.disable();
	api.context.disable();
	api.trace.disable();
});

describe("spans by the MCP conventions", () => {
	interface Row {
		readonly given: Given;
		readonly name: string;
		readonly kind: api.SpanKind;
		readonly attributes: api.Attributes;
	}
	const call = { name: "add", arguments: { a: 1 } };
	// Written from semantic-conventions-genai docs/gen-ai/mcp.md: the whole set of attributes of an answered request.
	const rows: Record<string, Row> = {
		"a tool call seen by its server over stdio": {
			given: { params: call, protocolVersion: "2025-11-25" },
			name: "tools/call add",
			kind: SpanKind.SERVER,
			attributes: {
				"mcp.method.name": "tools/call",
				"jsonrpc.request.id": "7",
				"mcp.protocol.version": "2025-11-25",
				"network.transport": "pipe",
				"gen_ai.operation.name": "execute_tool",
				"gen_ai.tool.name": "add",
			},
		},
		"a tool call seen by its client over HTTP, 2026-07-28": {
			given: {
				inbound: false,
				id: "a",
				params: call,
				era: "modern",
				protocolVersion: "2026-07-28",
				transport: "streamable_http",
				session: "no session in this era",
			},
			name: "tools/call add",
			kind: SpanKind.CLIENT,
			attributes: {
				"mcp.method.name": "tools/call",
				"jsonrpc.request.id": "a",
				"mcp.protocol.version": "2026-07-28",
				"network.transport": "tcp",
				"network.protocol.name": "http",
				"gen_ai.operation.name": "execute_tool",
				"gen_ai.tool.name": "add",
			},
		},
		"a prompt in memory, in a legacy session": {
			given: {
				method: "prompts/get",
				params: { name: "greet" },
				transport: "in_memory",
				session: "s1",
			},
			name: "prompts/get greet",
			kind: SpanKind.SERVER,
			attributes: {
				"mcp.method.name": "prompts/get",
				"jsonrpc.request.id": "7",
				"gen_ai.prompt.name": "greet",
				"mcp.session.id": "keyed(session:s1)",
			},
		},
		"a resource: its URI scrubbed, and never in the name": {
			given: {
				method: "resources/read",
				params: { uri: "https://ann:pw@files.example/a?token=t#f" },
				transport: "websocket",
			},
			name: "resources/read",
			kind: SpanKind.SERVER,
			attributes: {
				"mcp.method.name": "resources/read",
				"jsonrpc.request.id": "7",
				"mcp.resource.uri": "https://files.example/a",
				"network.transport": "tcp",
				"network.protocol.name": "websocket",
			},
		},
		"sampling, asked by a server of its client": {
			given: { method: "sampling/createMessage", params: { messages: [] } },
			name: "sampling/createMessage",
			kind: SpanKind.SERVER,
			attributes: {
				"mcp.method.name": "sampling/createMessage",
				"jsonrpc.request.id": "7",
				"network.transport": "pipe",
			},
		},
		"the handshake, whose version is known only at its end": {
			given: { method: "initialize", id: 0, params: {}, negotiated: "2025-06-18" },
			name: "initialize",
			kind: SpanKind.SERVER,
			attributes: {
				"mcp.method.name": "initialize",
				"jsonrpc.request.id": "0",
				"mcp.protocol.version": "2025-06-18",
				"network.transport": "pipe",
			},
		},
		"a method nobody knows, and parameters of the wrong kind": {
			given: { method: "acme/do", params: { name: 1 } },
			name: "acme/do",
			kind: SpanKind.SERVER,
			attributes: {
				"mcp.method.name": "acme/do",
				"jsonrpc.request.id": "7",
				"network.transport": "pipe",
			},
		},
	};

	it.each(Object.entries(rows))("%s", (_title, { given, name, kind, attributes }) => {
		const span = spanOf(given, result({}), { digest: (of, value) => `keyed(${of}:${value})` });
		expect({ name: span.name, kind: span.kind, attributes: span.attributes }).toEqual({
			name,
			kind,
			attributes,
		});
		expect(span.status).toEqual({ code: SpanStatusCode.UNSET });
	});

	it("[bounded.span_names] bounds and escapes what a peer chooses", () => {
		const span = spanOf(
			{ method: "tools/call", id: "i".repeat(5000), params: { name: `\u202e${"x".repeat(5000)}` } },
			result({}),
		);
		expect(span.name).toHaveLength("tools/call ".length + 256);
		expect(span.name.startsWith(String.raw`tools/call \u{202e}x`)).toBe(true);
		expect(span.attributes["jsonrpc.request.id"]).toHaveLength(128);
	});

	it("[private.span_session] carries no session without a digest", () => {
		expect(spanOf({ session: "s1" }, result({})).attributes).not.toHaveProperty("mcp.session.id");
	});
});

describe("error rules of the MCP conventions", () => {
	interface Expected {
		readonly error?: string;
		readonly code?: string;
		readonly ending?: string;
	}
	type Row = readonly [
		title: string,
		ending: Partial<Ending>,
		client: Expected,
		server: Expected,
		method?: string | undefined,
	];
	const fault = (code: number): Row => {
		const text = String(code);
		return [`the caller's fault ${text}`, error(code), { error: text, code: text }, { code: text }];
	};
	const both = (
		title: string,
		ending: Partial<Ending>,
		expected: Expected,
		method?: string,
	): Row => [title, ending, expected, expected, method];
	const rows: readonly Row[] = [
		fault(-32700),
		fault(-32600),
		fault(-32601),
		fault(-32602),
		fault(-32002),
		both("internal error", error(-32603), { error: "-32603", code: "-32603" }),
		both("header mismatch", error(-32020), { error: "-32020", code: "-32020" }),
		both("an application's code", error(42), { error: "42", code: "42" }),
		both("a code that is no integer", error("boom"), { error: "_OTHER" }),
		both("a tool's error", result({ isError: true, content: [] }), { error: "tool_error" }),
		both("isError elsewhere", result({ isError: true }), {}, "prompts/get"),
		both("isError not true", result({ isError: "true" }), {}),
		both("input required", result({ resultType: "input_required" }), {}),
		both(
			"an answer that could not be sent",
			{ ...result({}), delivered: false },
			{ error: "send_failed" },
		),
		[
			"cancelled",
			{ how: "cancelled" },
			{ error: "cancelled", ending: "cancelled" },
			{ ending: "cancelled" },
		],
		...(
			["timeout", "connection_closed", "send_failed", "superseded", "evicted", "refused"] as const
		).map((how) => both(how, { how }, { error: how, ending: how })),
	];

	const cells = rows.flatMap(([title, ending, client, server, method]) => [
		{ title, side: "client", inbound: false, ending, expected: client, method },
		{ title, side: "server", inbound: true, ending, expected: server, method },
	]);

	it.each(cells)("$title, on the $side's span", ({ inbound, ending, expected, method }) => {
		const span = spanOf({ inbound, ...(method === undefined ? {} : { method }) }, ending);
		expect({
			error: span.attributes["error.type"],
			code: span.attributes["rpc.response.status_code"],
			ending: span.attributes["mcp_trail.ending"],
			status: span.status,
		}).toEqual({
			error: expected.error,
			code: expected.code,
			ending: expected.ending,
			// No description: error text is the peer's, and may hold anything.
			status: { code: expected.error === undefined ? SpanStatusCode.UNSET : SpanStatusCode.ERROR },
		});
	});

	it("holds to what the response said when it was handed over", () => {
		const response = { jsonrpc: "2.0", id: 7, result: { isError: true } };
		const observation = observe({}, exchange());
		observation.answered?.(response);
		response.result.isError = false;
		observation.end(ended({ response }));
		expect(exporter.getFinishedSpans()[0]?.attributes["error.type"]).toBe("tool_error");
	});

	it("[private.span_error_text] [wire.field_error_text] keeps error text only where asked, bounded", () => {
		const silent = spanOf({}, error(-32603, "m".repeat(2000)));
		expect(silent.status.message).toBeUndefined();
		expect(JSON.stringify([silent.attributes, silent.events])).not.toContain("mmm");
		exporter.reset();
		const kept = spanOf({}, error(-32603, "m".repeat(2000)), { captureErrorMessages: true });
		expect(kept.status.message).toHaveLength(512);
		exporter.reset();
		const text = "Resource not found: file:///page?token=secret";
		const scrubbed = spanOf({}, error(-32603, text), { captureErrorMessages: true });
		expect(scrubbed.status.message).toBe("Resource not found: file:///page");
	});
});

describe("parents and links", () => {
	const ambient = {
		traceId: "0af7651916cd43dd8448eb211c80319c",
		spanId: "b7ad6b7169203331",
		traceFlags: 1,
	};
	const within = <R>(fn: () => R): R =>
		api.context.with(api.trace.setSpanContext(api.ROOT_CONTEXT, ambient), fn);

	describe.each([
		["with the SDK's propagators", registerSdk],
		["with a context manager alone", registerContextManager],
	])("%s", (_title, register) => {
		beforeEach(register);

		it("takes the parent from _meta and links the ambient span", () => {
			const observation = within(() =>
				observe({}, inboundWith({ traceparent: TRACEPARENT, tracestate: "v=1" })),
			);
			observation.end(ended(result({})));
			const [span] = exporter.getFinishedSpans();
			expect(span?.parentSpanContext).toMatchObject({ ...REMOTE, isRemote: true });
			expect(span?.spanContext().traceState?.serialize()).toBe("v=1");
			expect(span?.links.map((link) => link.context)).toEqual([ambient]);
			expect(observation.trace).toEqual({
				traceId: REMOTE.traceId,
				spanId: span?.spanContext().spanId,
				parentSpanId: REMOTE.spanId,
				flags: 1,
			});
		});

		it("takes the ambient span as parent when no context came, or none that is valid", () => {
			for (const meta of [{}, { traceparent: "nonsense" }, { traceparent: 5 }]) {
				exporter.reset();
				within(() => observe({}, inboundWith(meta))).end(ended(result({})));
				const [span] = exporter.getFinishedSpans();
				expect(span?.parentSpanContext?.spanId).toBe(ambient.spanId);
				expect(span?.links).toEqual([]);
			}
		});

		it("links nothing where the peer's span is the ambient one (in memory)", () => {
			const meta = { traceparent: `00-${ambient.traceId}-${ambient.spanId}-01` };
			within(() => observe({}, inboundWith(meta))).end(ended(result({})));
			expect(exporter.getFinishedSpans()[0]?.links).toEqual([]);
		});

		it("[safe.untrusted_trace] makes an untrusted peer's context a link, and drops its baggage", () => {
			const meta = { traceparent: TRACEPARENT, baggage: "role=admin" };
			const observation = within(() =>
				observe({ trustPeerTrace: false, propagateBaggage: true }, inboundWith(meta)),
			);
			const baggage = observation.run?.(() => api.propagation.getActiveBaggage());
			observation.end(ended(result({})));
			const [span] = exporter.getFinishedSpans();
			expect(span?.parentSpanContext?.spanId).toBe(ambient.spanId);
			expect(span?.links.map((link) => link.context.spanId)).toEqual([REMOTE.spanId]);
			expect(observation.trace?.parentSpanId).toBe(ambient.spanId);
			expect(baggage).toBeUndefined();
		});

		it("activates the span for what the SDK does with the request", async () => {
			const observation = observe({}, inboundWith({ traceparent: TRACEPARENT }));
			const seen = await observation.run?.(async () => {
				await Promise.resolve();
				return api.trace.getSpanContext(api.context.active())?.spanId;
			});
			expect(seen).toBe(observation.trace?.spanId);
		});
	});

	it("nests also where an SDK was set up without a context manager", async () => {
		const server = observe({}, inboundWith({ traceparent: TRACEPARENT }));
		const nested = await server.run?.(async () => {
			await Promise.resolve();
			return observe({}, exchange({ inbound: false, method: "sampling/createMessage" }));
		});
		expect(nested?.trace).toMatchObject({
			traceId: REMOTE.traceId,
			parentSpanId: server.trace?.spanId,
		});
	});

	it("[bounded.peer_context] reads no key of more than 8,192 characters, and no inherited one", () => {
		registerSdk();
		const long = Array.from({ length: 20 }, (_, k) => `k${k}=${"v".repeat(1000)}`).join(",");
		const observation = observe(
			{ propagateBaggage: true },
			inboundWith({ traceparent: TRACEPARENT, baggage: long }),
		);
		expect(observation.run?.(() => api.propagation.getActiveBaggage())).toBeUndefined();
		const inherited: JsonObject = Object.setPrototypeOf({}, { traceparent: TRACEPARENT });
		expect(observe({}, inboundWith(inherited)).trace?.parentSpanId).toBeUndefined();
	});

	it("ends a span of its own where sampling is off, so that both sides' events still join", () => {
		const off = new BasicTracerProvider({ sampler: new AlwaysOffSampler() });
		const observation = observe(
			{ tracerProvider: off },
			exchange({ meta: { traceparent: TRACEPARENT } }),
		);
		observation.end(ended(result({})));
		expect(observation.trace).toMatchObject({ traceId: REMOTE.traceId, flags: 0 });
		expect(observation.trace?.spanId).not.toBe(REMOTE.spanId);
	});
});

describe.each([
	["with spans", {}],
	["without spans", { traces: false }],
] as const)("injection, %s", (_title, options) => {
	beforeEach(registerSdk);
	const outbound = (given: Given, more: TracedOptions = {}): Observation =>
		observe({ ...options, ...more }, exchange({ inbound: false, ...given }));

	it("writes its own span into outbound requests of the specification", () => {
		const observation = outbound({ params: { name: "add" } });
		const { traceId, spanId, flags } = observation.trace ?? {};
		expect(observation.meta).toEqual({ traceparent: `00-${traceId}-${spanId}-0${flags}` });
	});

	it.each(["initialize", "server/discover", "ping", "acme/do"])("leaves %s alone", (method) => {
		expect(outbound({ method }).meta).toBeUndefined();
	});

	it("leaves an extension's tasks alone, but not those of 2025-11-25", () => {
		expect(outbound({ method: "tasks/get", era: "modern" }).meta).toBeUndefined();
		expect(outbound({ method: "tasks/get", era: "legacy" }).meta).toBeDefined();
	});

	it("writes into any method but the handshake by option, or into none", () => {
		expect(outbound({ method: "acme/do" }, { inject: "all" }).meta).toBeDefined();
		expect(outbound({ method: "initialize" }, { inject: "all" }).meta).toBeUndefined();
		expect(outbound({}, { inject: "none" }).meta).toBeUndefined();
	});

	it.each(["traceparent", "tracestate"])("writes nothing beside the caller's own %s", (key) => {
		expect(outbound({ meta: { [key]: "x" } }).meta).toBeUndefined();
	});

	it("writes nothing into inbound requests", () => {
		expect(observe(options, exchange()).meta).toBeUndefined();
	});
});

it("writes nothing beside the caller's own state, also without propagators", () => {
	const observation = observe({}, exchange({ inbound: false, meta: { tracestate: "v=1" } }));
	expect(observation.meta).toBeUndefined();
});

describe("baggage", () => {
	beforeEach(registerSdk);
	const own = api.propagation.createBaggage({ tenant: { value: "acme" }, user: { value: "ann" } });
	const active = api.propagation.setBaggage(api.ROOT_CONTEXT, own);
	const asked = { traceparent: TRACEPARENT, baggage: "tenant=other,role=admin" };

	it.each([
		[undefined, undefined],
		[false, undefined],
		[["tenant"], "tenant=acme"],
		[["nothing"], undefined],
		[true, "tenant=acme,user=ann"],
	] as const)("[otel.baggage] by the option %j a peer is sent %s", (keys, baggage) => {
		const options = keys === undefined ? {} : { propagateBaggage: keys };
		const { meta } = api.context.with(active, () => observe(options, exchange({ inbound: false })));
		expect(meta?.["baggage"]).toBe(baggage);
		expect(meta).toHaveProperty("traceparent");
	});

	it.each([
		[undefined, { tenant: "acme", user: "ann" }],
		[false, { tenant: "acme", user: "ann" }],
		[["role"], { tenant: "acme", user: "ann", role: "admin" }],
		[true, { tenant: "other", role: "admin" }],
	] as const)("[otel.baggage] by the option %j what is active is %j", (keys, expected) => {
		const options = keys === undefined ? {} : { propagateBaggage: keys };
		const seen = api.context.with(active, () => observe(options, inboundWith(asked)));
		const entries = seen.run?.(() => api.propagation.getActiveBaggage())?.getAllEntries() ?? [];
		expect(Object.fromEntries(entries.map(([key, { value }]) => [key, value]))).toEqual(expected);
	});

	it("[otel.baggage] of a peer is none where none may pass and none was there", () => {
		const seen = observe({}, inboundWith(asked));
		expect(seen.run?.(() => api.propagation.getActiveBaggage())).toBeUndefined();
		expect(seen.trace?.parentSpanId).toBe(REMOTE.spanId);
	});
});

describe("without a span SDK", () => {
	const bare: TracedOptions = {};
	it("mints a root with flags 00, and propagates it", () => {
		const client = observeBare(bare, { inbound: false, params: { name: "add" } });
		const { traceId, spanId, ...rest } = client.trace ?? {};
		expect(traceId).toMatch(/^[0-9a-f]{32}$/);
		expect(spanId).toMatch(/^[0-9a-f]{16}$/);
		expect(rest).toEqual({ flags: 0 });
		const server = observeBare(bare, { meta: client.meta ?? {} });
		expect(server.trace).toMatchObject({
			traceId: client.trace?.traceId,
			parentSpanId: client.trace?.spanId,
			flags: 0,
		});
	});

	it("[transparent.no_context] opens none around a sending to another process, whether the wire carries the ids or not", () => {
		for (const transport of ["stdio", "streamable_http", "http_sse", "websocket"] as const) {
			expect(observeBare(bare, { inbound: false, transport })).not.toHaveProperty("run");
			// What came in is joined by what it calls.
			expect(observeBare(bare, { transport })).toHaveProperty("run");
			const ping = exchange({ inbound: false, transport, method: "ping" });
			const connections = { tells: ping.connection, asks: { ...ping.connection } };
			tellsItself(connections.tells);
			const pinged = (connection: Connection) => traced(bare).request?.({ ...ping, connection });
			expect(pinged(connections.tells)).not.toHaveProperty("run");
			// A `fetch` of the host's may end in this process.
			const isHttp = transport === "streamable_http" || transport === "http_sse";
			expect("run" in (pinged(connections.asks) ?? {})).toBe(isHttp);
			expect(pinged({ ...connections.asks, role: "server" })).not.toHaveProperty("run");
		}
		expect(observeBare(bare, { inbound: false, transport: "in_memory" })).toHaveProperty("run");
	});

	it("keeps a peer's sampling decision and state for what is called further on", async () => {
		const meta = { traceparent: `${TRACEPARENT.slice(0, -2)}ff`, tracestate: "v=1" };
		const server = observeBare(bare, { meta });
		expect(server.trace).toMatchObject({ traceId: REMOTE.traceId, flags: 3 });
		const nested = await server.run?.(async () => {
			await Promise.resolve();
			return observeBare(bare, { inbound: false, method: "sampling/createMessage" });
		});
		expect(nested?.trace?.parentSpanId).toBe(server.trace?.spanId);
		expect(nested?.meta).toEqual({
			traceparent: `00-${REMOTE.traceId}-${nested?.trace?.spanId}-03`,
			tracestate: "v=1",
		});
	});

	it("takes no untrusted peer as parent", () => {
		const server = observeBare({ trustPeerTrace: false }, { meta: { traceparent: TRACEPARENT } });
		expect(server.trace?.traceId).not.toBe(REMOTE.traceId);
		expect(server.trace?.parentSpanId).toBeUndefined();
	});

	it("with traces off in a process that has them, joins the innermost span but activates nothing", () => {
		registerSdk();
		const tracer = provider.getTracer("app");
		const outer = tracer.startSpan("outer");
		api.context.with(api.trace.setSpan(api.ROOT_CONTEXT, outer), () => {
			const server = observeBare({ traces: false }, {});
			expect(server.trace?.parentSpanId).toBe(outer.spanContext().spanId);
			server.run?.(() => {
				expect(api.trace.getSpan(api.context.active())).toBe(outer);
				expect(observeBare({ traces: false }, { inbound: false }).trace?.parentSpanId).toBe(
					server.trace?.spanId,
				);
				const inner = tracer.startSpan("inner");
				api.context.with(api.trace.setSpan(api.context.active(), inner), () => {
					expect(observeBare({ traces: false }, { inbound: false }).trace?.parentSpanId).toBe(
						inner.spanContext().spanId,
					);
				});
			});
		});
		expect(exporter.getFinishedSpans()).toEqual([]);
	});

	it("makes spans as soon as an SDK is registered", () => {
		const observer = traced();
		observer.request?.(exchange())?.end(ended(result({})));
		expect(exporter.getFinishedSpans()).toHaveLength(0);
		api.trace.setGlobalTracerProvider(provider);
		observer.request?.(exchange())?.end(ended(result({})));
		expect(exporter.getFinishedSpans()).toHaveLength(1);
	});

	it("mints when a tracer makes nothing", () => {
		const noop = { getTracer: () => api.trace.getTracer("nothing registered") };
		const server = observeBare({ tracerProvider: noop }, { meta: { traceparent: TRACEPARENT } });
		expect(server.trace).toMatchObject({ traceId: REMOTE.traceId, parentSpanId: REMOTE.spanId });
		expect(server.trace?.spanId).not.toBe(REMOTE.spanId);
	});
});

describe("content", () => {
	const call = { name: "add", arguments: { b: 1, a: "\u202esecret" }, _meta: { progressToken: 1 } };
	const answer = result({ content: [{ type: "text", text: "three" }], _meta: { x: 1 } });
	const capture = { captureMessageContent: true } as const;

	it("[private.span_content] is on no span unless it is asked for", () => {
		const prompt = {
			method: "prompts/get",
			params: { name: "greet", arguments: { who: "secret" } },
		};
		const spans = [spanOf({ params: call }, answer), spanOf(prompt, answer)];
		expect(JSON.stringify(spans.map(({ attributes }) => attributes))).not.toMatch(/secret|three/u);
	});

	it("[otel.content] of a tool call is JSON, without metadata", () => {
		expect(spanOf({ params: call }, answer, capture).attributes).toMatchObject({
			"gen_ai.tool.call.arguments": JSON.stringify({ a: "\u202esecret", b: 1 }),
			"gen_ai.tool.call.result": '{"content":[{"text":"three","type":"text"}]}',
		});
	});

	it("[otel.content] of a prompt is one attribute a variable", () => {
		const params = { name: "greet", arguments: { who: "Ann", count: 3 } };
		const { attributes } = spanOf({ method: "prompts/get", params }, answer, capture);
		expect(attributes).toMatchObject({ "gen_ai.prompt.variable.who": "Ann" });
		expect(attributes).not.toHaveProperty("gen_ai.prompt.variable.count");
		expect(attributes).not.toHaveProperty("gen_ai.tool.call.result");
	});

	it.each([
		["an error", error(-32603)],
		["a tool's error", result({ isError: true, content: [] })],
		["no answer", { how: "timeout" } as const],
		["more than 16,384 bytes", result({ text: "x".repeat(16_384) })],
		["what is no JSON", result({ text: 1n })],
	])("[otel.content] has no result of %s", (_title, ending) => {
		const { attributes } = spanOf({ params: call }, ending, capture);
		expect(attributes).not.toHaveProperty("gen_ai.tool.call.result");
		expect(attributes).toHaveProperty("gen_ai.tool.call.arguments");
	});

	it("[bounded.span_names] holds of a prompt 32 variables of 1,024 characters", () => {
		const variables = Array.from({ length: 50 }, (_, k) => [`v${k}`, "x".repeat(2_000)]);
		const params = { name: "greet", arguments: Object.fromEntries(variables) };
		const { attributes } = spanOf({ method: "prompts/get", params }, answer, capture);
		const kept = Object.entries(attributes).filter(([key]) => key.includes("prompt.variable"));
		expect(kept).toHaveLength(32);
		expect(new Set(kept.map(([, value]) => String(value).length))).toEqual(new Set([1_024]));
	});
});

describe("the execute_tool span of an agent's own instrumentation", () => {
	beforeEach(registerContextManager);
	const asks: Given = { inbound: false, params: { name: "add" }, protocolVersion: "2025-11-25" };

	/** Runs a call within an outer span, which its owner ends after it. */
	function within(attributes: api.Attributes, calls: readonly Partial<Ending>[]) {
		const outer = provider.getTracer("agent").startSpan("execute_tool add", { attributes });
		const active = api.trace.setSpan(api.ROOT_CONTEXT, outer);
		const traces = calls.map((ending) => {
			const observation = api.context.with(active, () => observe({}, exchange(asks)));
			observation.end(ended(ending));
			return { trace: observation.trace, meta: observation.meta };
		});
		outer.end();
		return { id: outer.spanContext().spanId, traces, spans: exporter.getFinishedSpans() };
	}
	const execute = { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "add" };

	it("[otel.enriched] gets what MCP says, and no second span is made", () => {
		const { id, traces, spans } = within(execute, [error(-32603)]);
		expect(spans).toHaveLength(1);
		expect(spans[0]?.name).toBe("execute_tool add");
		expect(spans[0]?.attributes).toEqual({
			...execute,
			"mcp.method.name": "tools/call",
			"mcp.protocol.version": "2025-11-25",
			"jsonrpc.request.id": "7",
			"network.transport": "pipe",
			"rpc.response.status_code": "-32603",
			"error.type": "-32603",
		});
		expect(spans[0]?.status).toEqual({ code: SpanStatusCode.ERROR });
		// The server's span becomes its child.
		expect(traces[0]?.trace?.spanId).toBe(id);
		expect(traces[0]?.meta?.["traceparent"]).toContain(id);
	});

	it("[otel.enriched] gets it once: a second call in it has a span of its own", () => {
		const { id, traces, spans } = within(execute, [error(-32603), result({})]);
		expect(spans.map(({ name }) => name)).toEqual(["tools/call add", "execute_tool add"]);
		expect(traces[1]?.trace?.parentSpanId).toBe(id);
	});

	it.each([
		["runs another tool", { ...execute, "gen_ai.tool.name": "other" }],
		["is no tool's", { "gen_ai.tool.name": "add" }],
		["is a server's, as in a proxy", { ...execute, "mcp.method.name": "tools/call" }],
	])("[otel.enriched] is left alone where it %s", (_title, attributes) => {
		const { spans } = within(attributes, [result({})]);
		expect(spans.map(({ name }) => name)).toEqual(["tools/call add", "execute_tool add"]);
		expect(spans[1]?.attributes).toEqual(attributes);
	});
});
