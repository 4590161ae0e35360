import { describe, expect, inject, it } from "vitest";
import { TRAIL_INSTRUMENTS } from "../../../packages/mcp/src/otel/trail-instruments.ts";
import { boundaries, faultsOf, metricNames, unit } from "../../otel/conventions.ts";
import { lines, prepare, runIn, startsItself, titleOf } from "./lines.ts";
import { zeroCode } from "./zero-code.ts";

interface Said {
	readonly node: string;
	readonly hooked: readonly unknown[];
	readonly spans: readonly {
		readonly name: string;
		readonly kind: number;
		readonly traceId: string;
		readonly spanId: string;
		readonly parentSpanId?: string;
		readonly status: { readonly code: number; readonly message?: string };
		readonly attributes: Readonly<Record<string, string>>;
	}[];
	readonly metrics: readonly {
		readonly name: string;
		readonly unit: string;
		readonly points: readonly {
			readonly attributes: Readonly<Record<string, unknown>>;
			readonly count: number;
			readonly boundaries?: readonly number[];
		}[];
	}[];
}

const sides = { client: 2, server: 1 } as const;
const CONTENT = new Set(["gen_ai.tool.call.arguments", "gen_ai.tool.call.result"]);

const conditions = (attributes: Readonly<Record<string, unknown>>) => ({
	conditions: {
		"error.type": attributes["error.type"] !== undefined,
		"gen_ai.tool.name": attributes["mcp.method.name"] === "tools/call",
		"gen_ai.prompt.name": attributes["mcp.method.name"] === "prompts/get",
		"mcp.resource.uri": attributes["mcp.method.name"] === "resources/read",
		"jsonrpc.request.id": attributes["mcp.method.name"] !== "notifications/initialized",
		"rpc.response.status_code": attributes["rpc.response.status_code"] !== undefined,
	},
	own: ["mcp_trail.ending"],
});

const named = lines.map((line) => [titleOf(line), line] as const);

describe.runIf(inject("otelNotRun") === "").each(named)("%s", (title, line) => {
	it("[otel.lines] spans and metrics are those of the conventions", async () => {
		const folder = await prepare(line);
		const { stdout, stderr } = await runIn(line, folder, ["traffic.mjs", String(line.sdk)]);
		expect(stderr).toBe("");
		const { node, hooked, spans, metrics }: Said = JSON.parse(stdout);
		console.log(`**** ${title} (${node}): ${spans.length} spans, ${metrics.length} metrics`);
		expect(hooked.length).toBeGreaterThan(0);
		expect(hooked).not.toContain(false);

		const ids = new Map(spans.map((span) => [span.spanId, span]));
		for (const [side, kind] of Object.entries(sides)) {
			const own = spans.filter((span) => span.kind === kind);
			// Of each generation: the handshake's two, add, fail, greet, the page, nobody.
			expect(own).toHaveLength(14);
			for (const { attributes, name, status } of own) {
				const said = Object.entries(attributes).filter(([key]) => !CONTENT.has(key));
				const faults = faultsOf(
					side.toUpperCase(),
					Object.fromEntries(said),
					conditions(attributes),
				);
				expect(faults).toEqual([]);
				expect(status.code === 2).toBe(attributes["error.type"] !== undefined);
				const { "mcp.method.name": method, "gen_ai.prompt.name": prompt } = attributes;
				const target = attributes["gen_ai.tool.name"] ?? prompt;
				// On the server, a tool that nobody has is no part of the name.
				const names = [[method, target].filter((part) => part !== undefined).join(" ")];
				if (side === "server" && target === "nobody") names.push(`${method}`);
				expect(names).toContain(name);
			}
			const served = own.filter(
				({ kind: made, attributes }) =>
					made === 1 &&
					attributes["jsonrpc.request.id"] !== undefined &&
					attributes["mcp.method.name"] !== "initialize",
			);
			for (const { parentSpanId, traceId } of served)
				expect(ids.get(parentSpanId ?? "")).toMatchObject({ kind: 2, traceId });
			const calls = own.filter(({ name }) => name === "tools/call add");
			// A text: SDK 2.x drops what is none.
			for (const { attributes } of calls)
				expect(attributes["gen_ai.tool.call.result"]).toContain('"added"');
			expect(JSON.stringify(own).includes("secret")).toBe(false);
			expect(own.flatMap(({ status }) => status.message ?? [])).toEqual([]);
		}
		// The context is active in the tool, with the caller's baggage.
		const inside = spans.filter(({ name }) => name === "inside");
		expect(inside).toHaveLength(2);
		for (const { parentSpanId, attributes } of inside) {
			expect(ids.get(parentSpanId ?? "")).toMatchObject({ kind: 1, name: "tools/call add" });
			expect(attributes).toEqual({ baggage: "acme" });
		}

		const trail: readonly string[] = Object.values(TRAIL_INSTRUMENTS)
			.filter(({ attributes }) => attributes.length === 0)
			.map(({ name }) => name);
		const those = (names: readonly string[]) =>
			metrics.filter(({ name, points }) => points.length > 0 && names.includes(name));
		expect(those(trail).map(({ name }) => name)).toEqual(trail);
		expect(
			those(metricNames)
				.map(({ name }) => name)
				.toSorted(),
		).toEqual(metricNames);
		for (const { name, unit: measuredIn, points } of those(metricNames)) {
			expect(measuredIn).toBe(unit);
			const count = points.reduce((sum, point) => sum + point.count, 0);
			expect([name, count]).toEqual([name, name.includes("session") ? 2 : 14]);
			for (const { attributes, boundaries: bounds } of points) {
				expect(bounds).toEqual(boundaries);
				const { "mcp.resource.uri": _uri, ...asked } = conditions(attributes).conditions;
				expect(faultsOf(name, attributes, { conditions: asked })).toEqual([]);
			}
		}
	});
});

const themselves = named.filter(([, line]) => startsItself(line));

it.runIf(inject("otelNotRun") === "").each(themselves)(
	"[otel.lines] %s: zero code starts its sdk-node, which sends spans and the trail's metrics",
	async (_title, line) => {
		const folder = await prepare(line);
		const { traces, metrics, stdout, stderr } = await zeroCode(line, folder);
		expect(stderr).toBe("");
		for (const answer of stdout.trim().split("\n")) expect(answer).toContain('"jsonrpc":"2.0"');
		expect(traces).toContain("tools/call add");
		expect(traces).not.toContain("process.command");
		for (const name of ["mcp.server.operation.duration", "audit.records.emitted"])
			expect(metrics).toContain(name);
	},
);
