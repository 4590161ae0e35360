import { createNoopMeter, SpanKind } from "@opentelemetry/api";
import { instrumentation, type InstrumentationOptions } from "@mcp-trail/mcp";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Generation, generations, tick } from "../mcp/support.ts";
import { type Recorded, registerSdk } from "./recorded.ts";

let recorded: Recorded;
beforeEach(() => {
	recorded = registerSdk();
});
afterEach(async () => {
	vi.unstubAllEnvs();
	await recorded.close();
});

const VARIABLE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";

/** One call of a tool whose answer is an error, both sides instrumented. */
async function callOnce(generation: Generation, options: InstrumentationOptions): Promise<void> {
	const seen = instrumentation({ audit: false, ...options });
	const [near, far] = generation.pair();
	const server = seen.server(
		new generation.Server({ name: "s", version: "1" }, { capabilities: { tools: {} } }),
	);
	// 1.x registers by schema, 2.x by name; beneath both stands the transport.
	await server.connect(far);
	const client = seen.client(new generation.Client({ name: "c", version: "1" }));
	await client.connect(near);
	await generation.callTool(client, { name: "add", arguments: { a: "given" } }).catch(() => {});
	await client.close();
	await tick();
}

const operations = async (): Promise<number> =>
	(await recorded.points("mcp.client.operation.duration")).length;

const descriptions = (): readonly string[] =>
	recorded.spans(SpanKind.CLIENT).flatMap(({ status }) => status.message ?? []);

describe.each(generations)("options of $name", (generation) => {
	it("[otel.options] traces and metrics are switched each by its own", async () => {
		await callOnce(generation, { metrics: false });
		// The handshake's request and notification, and the call.
		expect(recorded.spans(SpanKind.CLIENT)).toHaveLength(3);
		expect(await operations()).toBe(0);
		await callOnce(generation, { traces: false });
		expect(recorded.spans(SpanKind.CLIENT)).toHaveLength(3);
		expect(await operations()).toBe(3);
	});

	it("[otel.options] a meter provider that is given is used instead of the registered one", async () => {
		const asked: string[] = [];
		const getMeter = (name: string) => {
			asked.push(name);
			return createNoopMeter();
		};
		await callOnce(generation, { meterProvider: { getMeter } });
		expect(asked).toEqual(["@mcp-trail/mcp"]);
		expect(await operations()).toBe(0);
	});

	it.each([
		[undefined, undefined, false],
		[undefined, true, true],
		["false", true, false],
		["true", undefined, true],
	])(
		"[otel.content] variable %s and option %s: content on spans %s",
		async (variable, captureMessageContent, expected) => {
			vi.stubEnv(VARIABLE, variable);
			await callOnce(
				generation,
				captureMessageContent === undefined ? {} : { captureMessageContent },
			);
			for (const kind of [SpanKind.CLIENT, SpanKind.SERVER]) {
				const call = recorded.spans(kind).find(({ name }) => name === "tools/call add");
				const { "gen_ai.tool.call.arguments": given } = call?.attributes ?? {};
				expect(given).toBe(expected ? '{"a":"given"}' : undefined);
			}
		},
	);

	it("[private.span_error_text] error text becomes a description only when it is asked for", async () => {
		await callOnce(generation, {});
		expect(descriptions()).toEqual([]);
		await callOnce(generation, { captureErrorMessages: true });
		expect(descriptions()).toEqual([expect.stringContaining("Method not found")]);
	});
});
