import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Ending } from "../observer.ts";
import { aConnection, anExchange } from "../testing/exchange.ts";
import { keptSpans } from "../testing/telemetry.ts";
import type { SpanHooks } from "./hooks.ts";
import { traced } from "./traced.ts";

const { exporter, tracerProvider } = keptSpans();
beforeEach(() => exporter.reset());

const rejections: unknown[] = [];
const unhandled = (fault: unknown): void => void rejections.push(fault);
beforeEach(() => void process.on("unhandledRejection", unhandled));
afterEach(() => void process.off("unhandledRejection", unhandled));

const exchange = anExchange({
	connection: aConnection({ transport: "stdio" }),
	params: { name: "add" },
	era: "legacy",
	protocolVersion: "2025-11-25",
});
const answered: Ending = { how: "answered", response: { result: {} }, endMs: 1, endUs: 1 };

const thrown = (): never => {
	throw new Error("at once");
};
/** As an async function, which a host may well give. */
const later = (): unknown => Promise.reject(new Error("later"));

/** Watches one request to its end; what its span had then, and what the hooks threw. */
function watch(hooks: SpanHooks, ending: Ending = answered) {
	const faults: unknown[] = [];
	traced({ tracerProvider, ...hooks, onHookFault: (fault) => void faults.push(fault) })
		.request?.(exchange)
		?.end(ending);
	return { faults, attributes: exporter.getFinishedSpans()[0]?.attributes };
}

describe("hooks on spans", () => {
	it("[otel.hooks] add to the span, with the request, and with its response", () => {
		const { attributes, faults } = watch({
			requestHook: (span, { method, params }) =>
				void span.setAttribute("app.asked", `${method} ${String(params?.["name"])}`),
			responseHook: (span, { request, response }) =>
				void span.setAttribute("app.answered", `${request.id} ${JSON.stringify(response)}`),
		});
		expect(attributes).toMatchObject({
			"mcp.method.name": "tools/call",
			"app.asked": "tools/call add",
			"app.answered": '7 {"result":{}}',
		});
		expect(faults).toEqual([]);
	});

	it("[otel.hooks] what the last of them sets wins", () => {
		const { attributes } = watch({
			responseHook: (span) => void span.setAttribute("mcp.protocol.version", "mine"),
		});
		expect(attributes?.["mcp.protocol.version"]).toBe("mine");
	});

	it("[otel.hooks] have no response to see where there was none", () => {
		let called = 0;
		watch({ responseHook: () => void called++ }, { ...answered, how: "timeout", response: {} });
		const { response: _none, ...without } = answered;
		watch({ responseHook: () => void called++ }, { ...without, how: "timeout" });
		expect(called).toBe(1);
	});

	it("[otel.hooks] never break the host: what they throw, now or later, is told", async () => {
		const { faults, attributes } = watch({ requestHook: thrown, responseHook: later });
		await new Promise((resolve) => setImmediate(resolve));
		expect(faults.map(String)).toEqual(["Error: at once", "Error: later"]);
		expect(attributes).toMatchObject({ "gen_ai.tool.name": "add" });
		expect(rejections).toEqual([]);
	});

	it("[otel.hooks] are not asked about a span that nobody records", () => {
		let called = 0;
		traced({ requestHook: () => void called++ })
			.request?.(exchange)
			?.end(answered);
		expect(called).toBe(0);
	});
});

const failing = { response: { error: { code: -32601, message: "Method not found" } } };

describe("the code of a JSON-RPC error", () => {
	it.each([
		[undefined, "rpc.response.status_code"],
		["rpc.response.status_code", "rpc.response.status_code"],
		["rpc.status_code", "rpc.status_code"],
	] as const)("[otel.rename] by the option %s is called %s", (rpcStatusCodeAttribute, name) => {
		traced({ tracerProvider, ...(rpcStatusCodeAttribute && { rpcStatusCodeAttribute }) })
			.request?.(exchange)
			?.end({ ...answered, ...failing });
		const [span] = exporter.getFinishedSpans();
		const said = Object.entries(span?.attributes ?? {}).filter(([key]) => key.startsWith("rpc."));
		expect(said).toEqual([[name, "-32601"]]);
	});
});

describe("the name of a server's span", () => {
	it.each([
		[
			"a tool",
			{ method: "tools/call", params: { name: "add" } },
			{ known: true },
			"tools/call add",
		],
		["no tool of its", { params: { name: "made up" } }, { known: false }, "tools/call"],
		["a method nobody has", { method: "acme/made up", params: {} }, failing, "_OTHER"],
		["a method it has not", { method: "prompts/list", params: {} }, failing, "prompts/list"],
	] as const)("[bounded.span_names] of %s is one of few", (_title, given, ending, name) => {
		traced({ tracerProvider })
			.request?.({ ...exchange, ...given })
			?.end({ ...answered, ...ending });
		const [span] = exporter.getFinishedSpans();
		expect(span?.name).toBe(name);
		expect(span?.attributes["mcp.method.name"]).toBe(
			"method" in given ? given.method : "tools/call",
		);
	});
});
