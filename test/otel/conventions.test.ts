import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WireRequest } from "../matrix/caller.ts";
import {
	type Cause,
	causes,
	expectedError,
	handshakes,
	type Sdk,
	type Side,
	sides,
	type Transport,
} from "../matrix/expected.ts";
import type { Connect } from "../matrix/pair.ts";
import { httpStateful } from "../matrix/pairs/http-stateful.ts";
import { httpStateless } from "../matrix/pairs/http-stateless.ts";
import { inMemory } from "../matrix/pairs/in-memory.ts";
import { answered } from "../matrix/scenarios/answered.ts";
import { badArguments } from "../matrix/scenarios/bad-arguments.ts";
import { cancelled } from "../matrix/scenarios/cancelled.ts";
import { connectionClosed } from "../matrix/scenarios/connection-closed.ts";
import { handlerThrow } from "../matrix/scenarios/handler-throw.ts";
import { toolError } from "../matrix/scenarios/tool-error.ts";
import { unknownMethod } from "../matrix/scenarios/unknown-method.ts";
import { unknownTool } from "../matrix/scenarios/unknown-tool.ts";
import { boundaries, faultsOf, metricNames, spanFaults, unit } from "./conventions.ts";
import { type Point, type Recorded, registerSdk } from "./recorded.ts";

interface Cell {
	readonly sdk: Sdk;
	readonly transport: Transport;
	readonly connect: Connect;
}

const cells: readonly Cell[] = [
	{ sdk: "v1", transport: "in_memory", connect: inMemory },
	{ sdk: "v2-legacy", transport: "in_memory", connect: inMemory },
	{ sdk: "v2-modern", transport: "in_memory", connect: inMemory },
	{ sdk: "v1", transport: "http_stateful", connect: httpStateful },
	{ sdk: "v2-legacy", transport: "http_stateful", connect: httpStateful },
	{ sdk: "v1", transport: "http_stateless", connect: httpStateless },
	{ sdk: "v2-modern", transport: "http_stateless", connect: httpStateless },
];

const kinds = { client: SpanKind.CLIENT, server: SpanKind.SERVER } as const;

/** Says of a request what no duration may say, or what the conventions have no word for. */
const SPAN_ONLY = new Set([
	"jsonrpc.request.id",
	"mcp.session.id",
	"mcp.resource.uri",
	"mcp_trail.ending",
]);

const total = (points: readonly Point[]): number =>
	points.reduce((sum, { count }) => sum + count, 0);

/** Of what is sent beside requests, `initialized` alone stands for itself here. */
const notified = (sdk: Sdk): number => (sdk === "v2-modern" ? 0 : 1);

const keyOf = (attributes: Readonly<Record<string, unknown>>): string =>
	JSON.stringify(Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** The request of a cause: its tool has the cause's name, or nobody has one of its name. */
function causeOf(attributes: Point["attributes"]): Cause | undefined {
	const method = attributes["mcp.method.name"];
	const name = attributes["gen_ai.tool.name"];
	if (method === "_OTHER" || method === "acme/unknown_method") return "unknown_method";
	return name === "_OTHER" ? "unknown_tool" : causes.find((cause) => cause === name);
}

/** How often each set of attributes was said. */
function counted(points: readonly Omit<Point, "metric">[]): Readonly<Record<string, number>> {
	const counts = new Map<string, number>();
	for (const { attributes, count } of points)
		counts.set(keyOf(attributes), (counts.get(keyOf(attributes)) ?? 0) + count);
	return Object.fromEntries(counts);
}

describe.each(cells)("$sdk over $transport", ({ sdk, transport, connect }) => {
	let recorded: Recorded;
	let requests: readonly WireRequest[];
	beforeAll(async () => {
		recorded = registerSdk();
		const pair = await connect(sdk, { take: () => [] });
		const { caller } = pair;
		for (const scenario of [answered, answered, toolError, handlerThrow, unknownTool])
			await scenario(caller);
		for (const scenario of [unknownMethod, badArguments, cancelled]) await scenario(caller);
		await pair.settled();
		// Over HTTP the server would see its tool to the end.
		await (transport === "in_memory" ? connectionClosed(caller) : caller.close());
		await pair.finish();
		({ requests } = pair);
	});
	afterAll(() => recorded.close());

	const points = (side: Side, of: "operation" | "session"): Promise<readonly Point[]> =>
		recorded.points(`mcp.${side}.${of}.duration`);

	it("[otel.metrics] measures in histograms of the conventions' names, unit and bounds", async () => {
		for (const { descriptor, dataPoints } of await recorded.histograms()) {
			expect(metricNames).toContain(descriptor.name);
			expect(descriptor.unit).toBe(unit);
			for (const { value } of dataPoints) expect(value.buckets.boundaries).toEqual(boundaries);
		}
	});

	describe.each(sides)("%s", (side) => {
		it("[otel.metric_counts] has measured every request and notification of the connection, once", async () => {
			expect(requests).toHaveLength(
				(transport === "in_memory" ? 9 : 8) + handshakes(sdk, transport),
			);
			const measured = await points(side, "operation");
			const beside = measured.filter(
				({ attributes }) => attributes["mcp.method.name"] === "notifications/initialized",
			);
			expect(total(beside)).toBe(notified(sdk));
			expect(total(measured)).toBe(requests.length + notified(sdk));
		});

		it("[otel.metric_attributes] holds to the requirement levels", async () => {
			for (const { metric, attributes } of await points(side, "operation")) {
				const isCall = attributes["mcp.method.name"] === "tools/call";
				const cause = causeOf(attributes);
				const errorType = cause && expectedError({ sdk, transport, cause, side });
				expect(attributes["error.type"]).toBe(errorType);
				const refused = cause === "unknown_method" || (cause === "unknown_tool" && sdk !== "v1");
				const faults = faultsOf(metric, attributes, {
					conditions: {
						"error.type": errorType !== undefined,
						"gen_ai.tool.name": isCall,
						"rpc.response.status_code": refused,
					},
				});
				expect(faults).toEqual([]);
				expect(attributes["gen_ai.operation.name"]).toBe(isCall ? "execute_tool" : undefined);
			}
		});

		it("[otel.span_attributes] gives spans what their requirement levels ask", () => {
			const spans = recorded.spans(kinds[side]);
			expect(spans).toHaveLength(requests.length + notified(sdk));
			for (const { attributes, status } of spans) {
				const faults = faultsOf(side.toUpperCase(), attributes, {
					conditions: {
						"error.type": status.code === SpanStatusCode.ERROR,
						"gen_ai.tool.name": attributes["mcp.method.name"] === "tools/call",
						"jsonrpc.request.id": attributes["mcp.method.name"] !== "notifications/initialized",
						"rpc.response.status_code": attributes["rpc.response.status_code"] !== undefined,
					},
					own: ["mcp_trail.ending"],
				});
				expect(faults).toEqual([]);
				expect(status.message).toBeUndefined();
			}
		});

		it("[otel.span_names] names its spans, and says whether they failed, by the conventions", () => {
			const kind = side === "client" ? "CLIENT" : "SERVER";
			for (const { name, attributes, status } of recorded.spans(kinds[side])) {
				const { ERROR, OK } = SpanStatusCode;
				const said = { isError: status.code === ERROR, isOk: status.code === OK };
				expect(spanFaults({ name, kind, attributes, status: said })).toEqual([]);
			}
			const names = new Set(recorded.spans(kinds[side]).map(({ name }) => name));
			expect(names).toContain("tools/call answered");
			// Nobody has them; the client has asked for them by name.
			const unknown = side === "client" ? "acme/unknown_method" : "_OTHER";
			expect(names).toContain(unknown);
			expect(names.has("tools/call unknown_tool")).toBe(side === "client");
		});

		it("[otel.span_names] links no span where no other was active", () => {
			expect(recorded.spans(kinds[side]).flatMap(({ links }) => links)).toEqual([]);
		});

		it("[otel.metric_attributes] says what the span says, but names nobody has in one", async () => {
			const spans = recorded.spans(kinds[side]).map(({ attributes }) => {
				const shared = Object.entries(attributes).filter(([key]) => !SPAN_ONLY.has(key));
				const said = Object.fromEntries(shared);
				if (side === "server" && said["gen_ai.tool.name"] === "unknown_tool")
					said["gen_ai.tool.name"] = "_OTHER";
				if (side === "server" && said["mcp.method.name"] === "acme/unknown_method")
					said["mcp.method.name"] = "_OTHER";
				return { attributes: said, count: 1 };
			});
			expect(counted(await points(side, "operation"))).toEqual(counted(spans));
		});

		it("[otel.session_duration] measures a session where the protocol has one", async () => {
			const measured = await points(side, "session");
			const has = sdk !== "v2-modern" && transport !== "http_stateless";
			expect(total(measured)).toBe(has ? 1 : 0);
			for (const { metric, attributes } of measured) {
				// There the last request was cut off by the close.
				const cut = transport === "in_memory";
				expect(attributes["error.type"]).toBe(cut ? "connection_closed" : undefined);
				const conditions = { "error.type": cut };
				expect(faultsOf(metric, attributes, { conditions })).toEqual([]);
				expect(attributes["mcp.protocol.version"]).toBe("2025-11-25");
			}
		});
	});

	it("[otel.endpoint] says where an HTTP client connects to, and nothing more of the URL", async () => {
		for (const { attributes } of await points("client", "operation")) {
			const { "server.address": address, "server.port": port } = attributes;
			const expected =
				transport === "in_memory" ? [undefined, "undefined"] : ["127.0.0.1", "number"];
			expect([address, typeof port]).toEqual(expected);
		}
	});
});
