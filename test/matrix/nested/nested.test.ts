import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compiled } from "../../compiled.ts";
import { type Recording, registerSpans, type SpanRecord } from "../recording.ts";
import { asking, eventOf, playNested } from "./nested.ts";

const program = compiled(join(import.meta.dirname, "server.ts"));

function spanOf(recording: Recording, name: string, kind: string): SpanRecord {
	const found = recording.spans.filter((span) => span.name === name && span.kind === kind);
	expect(found, `${name} ${kind}`).toHaveLength(1);
	const [span] = found;
	if (span === undefined) throw new Error("unreachable");
	return span;
}

// First, while this process has no span SDK either.
describe.each(asking)(
	"%s: a tool that asks its client for a sample, no span SDK anywhere",
	(sdk) => {
		it("[complete.nested_minted] [wire.field_same_id] joins the events of both processes by minted ids", async () => {
			const { client, server } = await playNested(program(), sdk, undefined);
			expect([...client.invalid, ...server.invalid]).toEqual([]);
			const chain = [
				eventOf(client, "tools/call"),
				eventOf(server, "tools/call"),
				eventOf(server, "sampling/createMessage"),
				eventOf(client, "sampling/createMessage"),
			].map((event) => event.trace);
			expect(chain.map((trace) => trace?.parent_span_id)).toEqual([
				undefined,
				...chain.slice(0, -1).map((trace) => trace?.span_id),
			]);
			expect(new Set(chain.map((trace) => trace?.id)).size).toBe(1);
			expect(chain.map((trace) => trace?.flags)).toEqual([0, 0, 0, 0]);
		});
	},
);

describe.each(asking)("%s: a tool that asks its client for a sample, with spans", (sdk) => {
	it("[complete.nested_spans] client → server → the tool's own span → server as caller → client", async () => {
		const { client, server } = await playNested(program(), sdk, registerSpans());
		expect([...client.invalid, ...server.invalid]).toEqual([]);
		const chain = [
			spanOf(client, "tools/call ask", "CLIENT"),
			spanOf(server, "tools/call ask", "SERVER"),
			spanOf(server, "choose paper", "INTERNAL"),
			spanOf(server, "sampling/createMessage", "CLIENT"),
			spanOf(client, "sampling/createMessage", "SERVER"),
		];
		expect(chain.map((span) => span.parentSpanId)).toEqual([
			undefined,
			...chain.slice(0, -1).map((span) => span.spanId),
		]);
		expect(new Set(chain.map((span) => span.traceId)).size).toBe(1);

		const [called, served, , asked, sampled] = chain;
		const events = [
			[eventOf(client, "tools/call"), called],
			[eventOf(server, "tools/call"), served],
			[eventOf(server, "sampling/createMessage"), asked],
			[eventOf(client, "sampling/createMessage"), sampled],
		] as const;
		for (const [event, span] of events) {
			expect(event.trace).toMatchObject({ id: span?.traceId, span_id: span?.spanId });
			expect(event.trace?.parent_span_id).toBe(span?.parentSpanId);
		}
	});
});
