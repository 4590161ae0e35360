import * as api from "@opentelemetry/api";
import { afterEach, describe, expect, it } from "vitest";
import type { Notification, Passage } from "../observer.ts";
import { aConnection } from "../testing/exchange.ts";
import { keptSpans } from "../testing/telemetry.ts";
import { traced, type TracedOptions } from "./traced.ts";

const { exporter, tracerProvider } = keptSpans();
afterEach(() => exporter.reset());

const REMOTE = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" };
const TRACEPARENT = `00-${REMOTE.traceId}-${REMOTE.spanId}-01`;

type Given = Partial<
	Pick<Notification, "era" | "inbound" | "meta" | "method" | "protocolVersion">
> & {
	readonly params?: Notification["params"];
};

function notification({ inbound = false, ...given }: Given): Notification {
	const method = given.method ?? "notifications/tools/list_changed";
	return {
		connection: aConnection({ role: inbound ? "client" : "server", transport: "stdio" }),
		direction: "server_to_client",
		inbound,
		message: { jsonrpc: "2.0", method },
		method,
		params: given.params,
		meta: given.meta,
		era: given.era ?? "legacy",
		protocolVersion: given.protocolVersion,
		startUs: 0,
	};
}

function passing(given: Given, options: TracedOptions = {}): Passage | undefined {
	const seen = notification(given);
	const observer = traced({ tracerProvider, metrics: false, ...options });
	return observer.passing?.(seen.method, seen.inbound, () => seen);
}

/** The values of a duration's attribute, and how often it was recorded. */
function measuring() {
	const recorded: api.Attributes[] = [];
	const meterProvider = {
		getMeter: (name: string) =>
			new Proxy(api.createNoopMeter(), {
				get: (meter, key) =>
					key === "createHistogram" && name !== ""
						? () => ({ record: (_: number, said: api.Attributes) => recorded.push(said) })
						: Reflect.get(meter, key),
			}),
	};
	return { recorded, meterProvider };
}

describe("notifications", () => {
	it.each([
		[false, "CLIENT"],
		[true, "SERVER"],
	] as const)("[otel.notifications] inbound %s: one span of kind %s", (inbound, kind) => {
		const passage = passing({ inbound, protocolVersion: "2025-11-25" });
		passage?.end?.(false);
		const spans = exporter.getFinishedSpans();
		expect(spans).toMatchObject([
			{
				name: "notifications/tools/list_changed",
				kind: api.SpanKind[kind],
				attributes: {
					"mcp.method.name": "notifications/tools/list_changed",
					"mcp.protocol.version": "2025-11-25",
					"network.transport": "pipe",
				},
				status: { code: api.SpanStatusCode.UNSET },
			},
		]);
		expect(spans[0]?.attributes).not.toHaveProperty("jsonrpc.request.id");
		expect(passage?.meta === undefined).toBe(inbound);
	});

	it("[otel.notifications] one that could not be sent says so", () => {
		passing({})?.end?.(true);
		const [span] = exporter.getFinishedSpans();
		expect(span?.attributes["error.type"]).toBe("send_failed");
		expect(span?.status).toEqual({ code: api.SpanStatusCode.ERROR });
	});

	it("[otel.notifications] names the resource of an update without its query, and not in its name", () => {
		const method = "notifications/resources/updated";
		passing({ method, params: { uri: "file:///page?token=secret" } })?.end?.(false);
		const [span] = exporter.getFinishedSpans();
		expect(span?.attributes["mcp.resource.uri"]).toBe("file:///page");
		expect(span?.name).toBe(method);
	});

	it.each([
		[undefined, REMOTE.spanId, []],
		[false, undefined, [REMOTE.spanId]],
	])("[otel.notifications] trust %s: a peer's trace is parent or link", (trust, parent, links) => {
		const options = trust === undefined ? {} : { trustPeerTrace: trust };
		passing({ inbound: true, meta: { traceparent: TRACEPARENT } }, options)?.end?.(false);
		const [span] = exporter.getFinishedSpans();
		expect(span?.parentSpanContext?.spanId).toBe(parent);
		expect(span?.links.map(({ context }) => context.spanId)).toEqual(links);
	});

	it.each([
		["spec", "notifications/tools/list_changed", "legacy", true],
		["spec", "notifications/tasks/status", "legacy", true],
		["spec", "notifications/tasks/status", "modern", false],
		["spec", "notifications/tasks", "modern", false],
		["spec", "notifications/initialized", "legacy", false],
		["spec", "notifications/acme/ready", "legacy", false],
		["all", "notifications/acme/ready", "legacy", true],
		["all", "notifications/initialized", "legacy", false],
		["none", "notifications/tools/list_changed", "legacy", false],
	] as const)(
		"[otel.notifications] inject %s: %s (%s) carries context: %s",
		(inject, method, era, does) => {
			const passage = passing({ method, era }, { inject });
			passage?.end?.(false);
			const [span] = exporter.getFinishedSpans();
			const { traceId, spanId } = span?.spanContext() ?? {};
			expect(passage?.meta).toEqual(
				does ? { traceparent: `00-${traceId}-${spanId}-01` } : undefined,
			);
		},
	);

	it("[otel.notifications] adds nothing to what its sender gave a context", () => {
		const passage = passing({ meta: { tracestate: "a=1" } });
		passage?.end?.(false);
		expect(passage?.meta).toBeUndefined();
	});

	it.each(["cancelled", "message", "progress"])(
		"[otel.notifications] notifications/%s belongs to its request: no span, no duration",
		(name) => {
			const { recorded, meterProvider } = measuring();
			for (const inbound of [true, false])
				passing(
					{ method: `notifications/${name}`, inbound },
					{ metrics: true, meterProvider },
				)?.end?.(false);
			expect(exporter.getFinishedSpans()).toEqual([]);
			expect(recorded).toEqual([]);
		},
	);

	it("[otel.notifications] without an SDK nothing of one is read, and nothing is added", () => {
		const observer = traced();
		for (const inbound of [true, false])
			for (const method of ["notifications/progress", "notifications/tools/list_changed"])
				expect(
					observer.passing?.(method, inbound, () => {
						throw new Error("it was read");
					}),
				).toBeUndefined();
	});

	it("[bounded.metric_values] what a peer makes up is one name and one version", () => {
		const { recorded, meterProvider } = measuring();
		const options = { metrics: true, meterProvider };
		for (let index = 0; index < 50; index++)
			passing(
				{ inbound: true, method: `notifications/${index}`, protocolVersion: `v${index}` },
				options,
			)?.end?.(false);
		expect(new Set(exporter.getFinishedSpans().map(({ name }) => name))).toEqual(
			new Set(["_OTHER"]),
		);
		expect(recorded).toHaveLength(50);
		expect(new Set(recorded.map((said) => JSON.stringify(said)))).toHaveLength(1);
		expect(recorded[0]).toMatchObject({
			"mcp.method.name": "_OTHER",
			"mcp.protocol.version": "_OTHER",
		});
		// The span keeps what was said.
		expect(exporter.getFinishedSpans()[7]?.attributes["mcp.method.name"]).toBe("notifications/7");
	});

	it("[otel.notifications] is measured without spans, too", () => {
		const { recorded, meterProvider } = measuring();
		const passage = passing({}, { traces: false, metrics: true, meterProvider });
		expect(passage?.meta).toBeUndefined();
		passage?.end?.(false);
		passing({}, { traces: false, metrics: true, meterProvider })?.end?.(true);
		expect(recorded).toMatchObject([
			{ "mcp.method.name": "notifications/tools/list_changed" },
			{ "error.type": "send_failed" },
		]);
	});
});
