import { SpanKind } from "@opentelemetry/api";
import { TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace-base";
import { describe, expect, it } from "vitest";
import { type Sdk, sides, type Transport } from "../matrix/expected.ts";
import type { Connect } from "../matrix/pair.ts";
import { httpStateful } from "../matrix/pairs/http-stateful.ts";
import { httpStateless } from "../matrix/pairs/http-stateless.ts";
import { inMemory } from "../matrix/pairs/in-memory.ts";
import { isOutcome } from "../matrix/recording.ts";
import { registerSdk } from "./recorded.ts";

const CALLS = 25;

const cells: readonly (readonly [Sdk, Transport, Connect])[] = [
	["v1", "in_memory", inMemory],
	["v2-legacy", "in_memory", inMemory],
	["v2-modern", "in_memory", inMemory],
	["v1", "http_stateful", httpStateful],
	["v2-legacy", "http_stateful", httpStateful],
	["v2-modern", "http_stateless", httpStateless],
];

describe.each([0, 1])("a trace sampler at ratio %i", (ratio) => {
	it.each(cells)(
		"[otel.sampler] %s over %s: every request has its events and its measurements",
		async (sdk, _transport, connect) => {
			const recorded = registerSdk(new TraceIdRatioBasedSampler(ratio));
			const pair = await connect(sdk, { take: () => [] });
			for (let call = 0; call < CALLS; call++) await pair.caller.tool("answered", {});
			await pair.settled();
			await pair.caller.close();
			const left = await pair.finish();
			const { length } = pair.requests;
			// `notifications/initialized`
			const beside = sdk === "v2-modern" ? 0 : 1;
			expect(length).toBeGreaterThanOrEqual(CALLS);
			const ids = sides.map((side) => {
				expect(left[side].invalid).toEqual([]);
				const events = left[side].events.filter(isOutcome);
				expect(events).toHaveLength(length);
				expect(events.map((event) => event.trace?.flags)).toEqual(events.map(() => ratio));
				return events.flatMap(({ mcp, trace }) => (mcp?.method === "tools/call" ? trace?.id : []));
			});
			// What is not sampled joins all the same.
			expect(ids[0]?.toSorted()).toEqual(ids[1]?.toSorted());
			for (const side of sides) {
				const points = await recorded.points(`mcp.${side}.operation.duration`);
				expect(points.reduce((sum, { count }) => sum + count, 0)).toBe(length + beside);
			}
			const spans = [SpanKind.CLIENT, SpanKind.SERVER].flatMap((kind) => recorded.spans(kind));
			expect(spans).toHaveLength(ratio * 2 * (length + beside));
			await recorded.close();
		},
	);
});
